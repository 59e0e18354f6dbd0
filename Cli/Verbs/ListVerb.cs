using System.CommandLine;
using System.Globalization;
using Federated.Cli.Results;
using Federated.Cli.Terminal;
using Federated.Core;
using Spectre.Console;

namespace Federated.Cli.Verbs;

/// <summary><c>federated ls</c>: the runs of a coordinator.</summary>
internal sealed class ListVerb : RemoteVerb
{
    public ListVerb(CommandEnvironment environment) : base("ls", "List a coordinator's runs, newest first.", environment) => AddOptions();

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("federated ls", "the runs of this machine's coordinator"),
        ("federated ls --json --coordinator http://coordinator.example:5600", "as a JSON array"),
        ("federated ls --coordinator a.example:5600,b.example:5600", "of a coordinator with a standby, whichever of the two serves"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        using var client = Connect(parsed);
        var runs = await client.ListAsync(interrupt);
        if (WantsJson(parsed))
        {
            await PrintJsonAsync(runs.Select(RunRecord.Of));
            return ExitCodes.Success;
        }
        if (runs.Count == 0)
        {
            await Environment.Output.WriteLineAsync("No runs yet: `federated submit JOB.yaml` submits one.");
            return ExitCodes.Success;
        }
        var table = new Table().SimpleBorder();
        foreach (var name in new[] { "run", "job", "status", "round", "accuracy", "loss", "time", "submitted" }) table.AddColumn(new TableColumn(name).NoWrap());
        foreach (var run in runs.Select(RunRecord.Of))
        {
            table.AddRow(Markup.Escape(run.Run), Markup.Escape(run.Job), run.Status, string.Create(CultureInfo.InvariantCulture, $"{run.Round}/{run.Rounds}"),
                Format.Measure(run.Accuracy), Format.Measure(run.Loss), Format.Clock(TimeSpan.FromSeconds(run.WallSeconds)),
                run.Submitted.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }
        Environment.Screen.Write(table);
        return ExitCodes.Success;
    }
}
