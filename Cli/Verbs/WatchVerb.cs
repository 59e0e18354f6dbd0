using System.CommandLine;
using Federated.Cli.Terminal;
using Federated.Core.Jobs;

namespace Federated.Cli.Verbs;

/// <summary><c>federated watch</c>: follow a run until it ends.</summary>
internal sealed class WatchVerb : RemoteVerb
{
    private readonly Argument<string> _run = SharedOptions.Run();

    public WatchVerb(CommandEnvironment environment)
        : base("watch", "Watch a run from its first round to its end. Ctrl-C ends the watching, not the run.", environment,
            json: "Print a line of JSON a round, then one of the run.")
    {
        Add(_run);
        AddOptions();
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("federated watch RUN", "a live table on a terminal, a line a round in a pipe"),
        ("federated watch RUN --coordinator a.example:5600,b.example:5600", "go on watching when the standby takes over"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        using var client = Connect(parsed);
        var run = parsed.GetValue(_run)!;
        var details = await client.ShowAsync(run, interrupt);
        // A job that this version cannot read is one of a newer coordinator: rounds are shown as they come.
        var every = JobReader.Read(details.JobYaml, []).Job?.Evaluation.Every ?? 1;
        return await new WatchedRun(client, Environment, WantsJson(parsed)).FollowAsync(run, every, interrupt);
    }
}
