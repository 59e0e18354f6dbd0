namespace Federated.Worker.Governance;

/// <summary>Where a worker's records are.</summary>
public static class RecordFolder
{
    /// <summary>Name of the audit log's files.</summary>
    public const string Audit = "audit";

    /// <summary>Name of the ledger's files.</summary>
    public const string Spent = "spent";

    /// <summary>The folder below a worker's state folder. No run can have its name.</summary>
    public static string Of(string stateDir) => Path.Combine(stateDir, "records.d");
}
