using System.CommandLine;
using Federated.Cli.Client;
using Federated.Cli.Terminal;
using Federated.Core.Jobs;

namespace Federated.Cli.Verbs;

/// <summary><c>federated watch</c>: follow a run until it ends.</summary>
internal sealed class WatchVerb : Verb
{
    private readonly Argument<string> _run = SharedOptions.Run();
    private readonly Option<string?> _coordinator = SharedOptions.Coordinator();
    private readonly Option<bool> _json = SharedOptions.Json("Print a line of JSON a round, then one of the run.");

    public WatchVerb(CommandEnvironment environment) : base("watch", "Watch a run from its first round to its end. Ctrl-C ends the watching, not the run.", environment)
    {
        Add(_run);
        Add(_coordinator);
        Add(_json);
    }

    public override IReadOnlyList<(string, string)> Examples => [("federated watch RUN", "a live table on a terminal, a line a round in a pipe")];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        using var client = new RunsClient(CoordinatorAddress.Resolve(parsed.GetValue(_coordinator), Environment.Variable), Environment.Time);
        var run = parsed.GetValue(_run)!;
        var details = await client.ShowAsync(run, interrupt);
        // A job that this version cannot read is one of a newer coordinator: rounds are shown as they come.
        var every = JobReader.Read(details.JobYaml, []).Job?.Evaluation.Every ?? 1;
        return await new WatchedRun(client, Environment, parsed.GetValue(_json)).FollowAsync(run, every, interrupt);
    }
}
