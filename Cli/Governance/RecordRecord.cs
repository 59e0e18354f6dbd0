using Federated.Worker.Governance.Records;

namespace Federated.Cli.Governance;

/// <summary>What verifying one record found, as JSON.</summary>
internal sealed record RecordRecord(string Record, bool Ok, long Entries, string Head, int Segments, long UnfinishedBytes, FaultRecord? Fault)
{
    public static RecordRecord Of(string name, ChainReport report) => new(
        name, report.Fault is null, report.Head.Entries, report.Head.Hash, report.Segments, report.UnfinishedBytes,
        report.Fault is { } fault ? new(fault.File, fault.Line, fault.Message) : null);
}

/// <summary>What is wrong with a record, as JSON.</summary>
internal sealed record FaultRecord(string File, int Line, string Message);
