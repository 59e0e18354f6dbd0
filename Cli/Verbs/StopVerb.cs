using System.CommandLine;
using System.Globalization;
using Federated.Cli.Client;
using Federated.Cli.Results;
using Federated.Cli.Terminal;
using Federated.Cli.Watching;
using Federated.Core;

namespace Federated.Cli.Verbs;

/// <summary><c>federated stop</c>: end a run and keep what it has reached.</summary>
internal sealed class StopVerb : Verb
{
    private readonly Argument<string> _run = SharedOptions.Run();
    private readonly Option<string?> _coordinator = SharedOptions.Coordinator();
    private readonly Option<bool> _json = SharedOptions.Json();

    public StopVerb(CommandEnvironment environment) : base("stop", "Stop a run; its committed rounds stay. Stopping a run that has ended changes nothing.", environment)
    {
        Add(_run);
        Add(_coordinator);
        Add(_json);
    }

    public override IReadOnlyList<(string, string)> Examples => [("federated stop RUN", "end it after what is committed")];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        using var client = new RunsClient(CoordinatorAddress.Resolve(parsed.GetValue(_coordinator), Environment.Variable), Environment.Time);
        var summary = await client.StopAsync(parsed.GetValue(_run)!, interrupt);
        if (parsed.GetValue(_json)) await PrintJsonAsync(RunRecord.Of(summary));
        else await Environment.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"run {summary.Run}: {StatusNames.Of(summary.Status)} after round {summary.Round} of {summary.Rounds}"));
        return ExitCodes.Success;
    }
}
