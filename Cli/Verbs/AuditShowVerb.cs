using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Federated.Cli.Governance;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Worker.Governance;
using Federated.Worker.Governance.Records;
using Spectre.Console;

namespace Federated.Cli.Verbs;

/// <summary><c>federated audit show</c>: what left a worker.</summary>
internal sealed class AuditShowVerb : Verb
{
    private readonly Option<string?> _state = SharedOptions.WorkerStateDir();
    private readonly Option<string?> _since = new("--since") { Description = "Only what left at this time or later, UTC: 2026-03-01 or 2026-03-01T08:30.", HelpName = "time" };
    private readonly Option<string?> _run = new("--run") { Description = "Only what left for this run.", HelpName = "run" };
    private readonly Option<string?> _client = new("--client") { Description = "Only what left for this client.", HelpName = "client" };
    private readonly Option<bool> _json = SharedOptions.Json("Print the entries as JSON, one a line, with number and hash.");

    public AuditShowVerb(CommandEnvironment environment) : base("show", "Show what left a worker: what, how much, when, to whom, and under which guarantees. Verifies the log as it reads it.", environment)
    {
        foreach (var option in new Option[] { _state, _since, _run, _client, _json }) Add(option);
        _since.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var time }] && ReadTime(time) is null) result.AddError($"--since is '{time}': it must be a date or a time such as 2026-03-01 or 2026-03-01T08:30.");
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("federated audit show --since 2026-03-01", "what left this month"),
        ("federated audit show --run RUN --json", "everything of a run, for programs"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var folder = RecordSource.Find(parsed.GetValue(_state), Environment);
        var (since, run, client) = (parsed.GetValue(_since) is { } time ? ReadTime(time) : null, parsed.GetValue(_run), parsed.GetValue(_client));
        var entries = new List<(long Number, string Hash, AuditEntry Entry)>();
        var report = ChainReader.Read(folder, RecordFolder.Audit, at =>
        {
            var entry = AuditEntry.Parse(at.Body);
            if ((since is null || entry.Time >= since) && (run is null || entry.Run == run) && (client is null || entry.Client == client)) entries.Add((at.Number, at.Hash, entry));
        });
        if (parsed.GetValue(_json))
            foreach (var (number, hash, entry) in entries) await PrintJsonAsync(new EntryRecord(number, hash, JsonSerializer.Deserialize<JsonElement>(entry.ToJson())));
        else if (entries.Count == 0) await Environment.Output.WriteLineAsync("Nothing that was asked for has left.");
        else Environment.Screen.Write(TableOf(entries));
        return report.Fault is { } fault ? throw new CommandException(ExitCodes.RecordBroken, $"{fault} What follows was not read.", remedy: "") : ExitCodes.Success;
    }

    private static Table TableOf(IEnumerable<(long Number, string Hash, AuditEntry Entry)> entries)
    {
        var table = new Table().SimpleBorder();
        foreach (var name in new[] { "#", "time", "what", "run", "round", "client", "bytes", "to", "under" }) table.AddColumn(name);
        foreach (var (number, _, entry) in entries)
        {
            table.AddRow(
                number.ToString(CultureInfo.InvariantCulture),
                entry.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                Markup.Escape(entry.Kind),
                Markup.Escape(entry.Run ?? ""),
                entry.Round is null ? "" : entry.Attempt > 1 ? string.Create(CultureInfo.InvariantCulture, $"{entry.Round} (try {entry.Attempt})") : entry.Round.Value.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(entry.Client ?? ""),
                entry.Bytes is { } bytes ? Format.Count((ulong)bytes) : "",
                Markup.Escape(entry.To ?? ""),
                Markup.Escape(entry.Guarantee is { } guarantee ? GuaranteeText.Of(guarantee) : entry.Note ?? ""));
        }
        return table;
    }

    private static DateTimeOffset? ReadTime(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private sealed record EntryRecord(long Number, string Hash, JsonElement Entry);
}
