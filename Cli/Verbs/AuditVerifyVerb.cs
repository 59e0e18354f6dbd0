using System.CommandLine;
using System.Globalization;
using Federated.Cli.Governance;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Worker.Governance;
using Federated.Worker.Governance.Records;

namespace Federated.Cli.Verbs;

/// <summary><c>federated audit verify</c>: whether a worker's records are whole and unchanged.</summary>
internal sealed class AuditVerifyVerb : Verb
{
    private const int FewestDigits = 16;

    private readonly Option<string?> _state = SharedOptions.WorkerStateDir();
    private readonly Option<string?> _head = new("--head")
    {
        Description = $"A head of the audit log that was noted before, at least {FewestDigits} of its digits: the log must still go through it, so that nobody has written it anew since.",
        HelpName = "hash",
    };
    private readonly Option<bool> _json = SharedOptions.Json();

    public AuditVerifyVerb(CommandEnvironment environment) : base("verify", "Verify a worker's audit log and its ledger of spent privacy: every entry, their order, and their end.", environment)
    {
        foreach (var option in new Option[] { _state, _head, _json }) Add(option);
        _head.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var hash }] && (hash.Length is < FewestDigits or > 64 || !hash.All(char.IsAsciiHexDigit))) result.AddError($"--head is '{hash}': it must be {FewestDigits} to 64 hexadecimal digits.");
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("federated audit verify", "of the only worker with records on this machine"),
        ("federated audit verify --state-dir /var/lib/federated --head 3fa9c1d2e4b50718", "and that the log still has the entry with this hash"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var (folder, wanted) = (RecordSource.Find(parsed.GetValue(_state), Environment), parsed.GetValue(_head)?.ToLowerInvariant());
        var passed = wanted is null;
        var audit = ChainReader.Read(folder, RecordFolder.Audit, entry => passed |= wanted is not null && entry.Hash.StartsWith(wanted, StringComparison.Ordinal));
        if (audit.Fault is null && !passed)
            audit = audit with { Fault = new(folder, 0, $"no entry of the audit log has the hash {wanted}: it was written anew since that head was noted, or the head is of another log.") };
        RecordRecord[] records = [RecordRecord.Of(RecordFolder.Audit, audit), RecordRecord.Of(RecordFolder.Spent, ChainReader.Read(folder, RecordFolder.Spent))];
        if (parsed.GetValue(_json)) await PrintJsonAsync(records);
        else
            foreach (var record in records.Where(record => record.Ok)) await Environment.Output.WriteLineAsync(Sentence(record));
        var faults = records.Select(record => record.Fault).OfType<FaultRecord>().Select(fault => new ChainFault(fault.File, fault.Line, fault.Message).ToString()).ToArray();
        return faults.Length == 0 ? ExitCodes.Success : throw new CommandException(ExitCodes.RecordBroken, string.Join("\n", faults), remedy: "");
    }

    private static string Sentence(RecordRecord record)
    {
        var unfinished = record.UnfinishedBytes > 0 ? $"; {record.UnfinishedBytes} bytes after it are of an entry that was never finished, for which nothing left" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{record.Record}: {record.Entries} entries in {record.Segments} files hold; head {record.Head}{unfinished}");
    }
}
