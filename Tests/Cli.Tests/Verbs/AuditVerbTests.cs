using System.Globalization;
using System.Text.Json;
using Federated.Cli.Tests.Hosting;
using Federated.Core;
using Federated.Core.Privacy.Governance;

namespace Federated.Cli.Tests.Verbs;

public sealed class AuditVerbTests : IDisposable
{
    private static readonly string[] Bodies =
    [
        """{"time":"2026-03-01T08:00:00+00:00","kind":"start","to":"w1","sha256":"aa"}""",
        """{"time":"2026-03-01T08:30:00+00:00","kind":"update","to":"http://c:5600","run":"run-1","round":2,"attempt":1,"client":"a","bytes":1234,"sha256":"bb","told":["number of examples"],"guarantee":{"secure_aggregation":false,"mechanism":"local","clip":0.5,"noise_multiplier":1.1,"epsilon_run":2.3071,"epsilon_total":4,"delta":1E-05}}""",
        """{"time":"2026-03-02T08:00:00+00:00","kind":"failure","to":"http://c:5600","run":"run-2","round":1,"attempt":3,"client":"b","bytes":50,"sha256":"cc","note":"It broke."}""",
    ];

    private readonly CommandHarness _command = new();
    private readonly ChainHead[] _heads;

    public AuditVerbTests() => _heads = Write("audit", Bodies);

    public void Dispose() => _command.Dispose();

    [Fact]
    public async Task Verify_says_that_both_records_hold_and_where_they_end()
    {
        var result = await _command.RunAsync("audit", "verify", "--state-dir", "state");

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        Assert.Equal($"audit: 3 entries in 1 files hold; head {_heads[2].Hash}", result.OutputLines[0]);
        Assert.StartsWith("spent: 0 entries in 0 files hold", result.OutputLines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_finds_a_changed_byte_and_names_its_line()
    {
        var file = Path.Combine(_command.Folder, "state", "records.d", "audit-000001.jsonl");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("\"round\":2", "\"round\":3", StringComparison.Ordinal));

        var result = await _command.RunAsync("audit", "verify", "--state-dir", "state");

        Assert.Equal((ExitCodes.RecordBroken, $"federated: {file}, line 2: this line was changed: its hash is not that of its bytes.\n"), (result.ExitCode, result.Error));
        var json = await _command.RunAsync("audit", "verify", "--state-dir", "state", "--json");
        Assert.Equal(ExitCodes.RecordBroken, json.ExitCode);
        var audit = JsonDocument.Parse(json.Output).RootElement[0];
        Assert.Equal(("audit", false, 1, 2), (audit.GetProperty("record").GetString(), audit.GetProperty("ok").GetBoolean(), audit.GetProperty("entries").GetInt32(), audit.GetProperty("fault").GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task Verify_with_a_noted_head_finds_a_log_that_was_written_anew()
    {
        var noted = _heads[1].Hash;
        Assert.Equal(ExitCodes.Success, (await _command.RunAsync("audit", "verify", "--state-dir", "state", "--head", noted[..16].ToUpperInvariant())).ExitCode);

        Write("audit", [Bodies[0], Bodies[2]]);

        var result = await _command.RunAsync("audit", "verify", "--state-dir", "state", "--head", noted);
        Assert.Equal(ExitCodes.RecordBroken, result.ExitCode);
        Assert.Contains($"no entry of the audit log has the hash {noted}: it was written anew since that head was noted", result.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, (await _command.RunAsync("audit", "verify", "--state-dir", "state", "--head", "123")).ExitCode);
    }

    [Fact]
    public async Task Show_prints_what_left_to_whom_and_under_which_guarantees()
    {
        var result = await _command.RunAsync("audit", "show", "--state-dir", "state", "--json");
        Assert.Equal((ExitCodes.Success, 3), (result.ExitCode, result.OutputLines.Count));
        var entry = JsonDocument.Parse(result.OutputLines[1]).RootElement;
        Assert.Equal((2, _heads[1].Hash, 1234), (entry.GetProperty("number").GetInt32(), entry.GetProperty("hash").GetString(), entry.GetProperty("entry").GetProperty("bytes").GetInt32()));

        var table = string.Join(' ', (await _command.RunAsync("audit", "show", "--state-dir", "state", "--run", "run-1")).Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("1,234", table, StringComparison.Ordinal);
        Assert.DoesNotContain("run-2", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--since 2026-03-02", "failure")]
    [InlineData("--since 2026-03-01T08:30 --client a", "update")]
    [InlineData("--run run-2", "failure")]
    public async Task Show_takes_only_what_was_asked_for(string options, string kind)
    {
        var result = await _command.RunAsync(["audit", "show", "--state-dir", "state", "--json", .. options.Split(' ')]);
        Assert.Equal(kind, JsonDocument.Parse(Assert.Single(result.OutputLines)).RootElement.GetProperty("entry").GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Show_of_a_broken_log_shows_what_holds_and_says_where_it_ends()
    {
        var file = Path.Combine(_command.Folder, "state", "records.d", "audit-000001.jsonl");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("It broke.", "It works.", StringComparison.Ordinal));

        var result = await _command.RunAsync("audit", "show", "--state-dir", "state", "--json");

        Assert.Equal((ExitCodes.RecordBroken, 2), (result.ExitCode, result.OutputLines.Count));
        Assert.EndsWith("What follows was not read.\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_without_records_is_told()
    {
        var result = await _command.RunAsync("audit", "verify", "--state-dir", "elsewhere");
        Assert.Equal((ExitCodes.Usage, "federated: There are no records in elsewhere. Name the --state-dir of a worker that runs with --policy.\n"), (result.ExitCode, result.Error));
    }

    private ChainHead[] Write(string name, string[] bodies)
    {
        var (head, heads, text) = (ChainHead.Start, new List<ChainHead>(), "");
        foreach (var body in bodies)
        {
            (var line, head) = ChainLine.After(head, body);
            text += line + "\n";
            heads.Add(head);
        }
        _command.Write(Path.Combine("state", "records.d", $"{name}-000001.jsonl"), text);
        _command.Write(Path.Combine("state", "records.d", $"{name}.head"), string.Create(CultureInfo.InvariantCulture, $$"""{"entries":{{head.Entries}},"hash":"{{head.Hash}}"}"""));
        return [.. heads];
    }
}
