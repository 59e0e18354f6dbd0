using System.CommandLine;
using System.Globalization;
using Federated.Cli.Client;
using Federated.Cli.Results;
using Federated.Cli.Terminal;
using Federated.Cli.Watching;
using Federated.Core;
using Federated.V1;

namespace Federated.Cli.Verbs;

/// <summary>A verb that tells a run what to do and prints what the run is then.</summary>
internal abstract class RunChangeVerb : RemoteVerb
{
    private readonly Argument<string> _run = SharedOptions.Run();

    protected RunChangeVerb(string name, string description, CommandEnvironment environment) : base(name, description, environment)
    {
        Add(_run);
        AddOptions();
    }

    protected abstract Task<RunSummary> ChangeAsync(RunsClient client, string run, CancellationToken interrupt);

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        using var client = Connect(parsed);
        var summary = await ChangeAsync(client, parsed.GetValue(_run)!, interrupt);
        var text = string.Create(CultureInfo.InvariantCulture,
            $"run {summary.Run}: {StatusNames.Of(summary.Status)} after round {summary.Round} of {summary.Rounds}");
        if (WantsJson(parsed)) await PrintJsonAsync(RunRecord.Of(summary));
        else await Environment.Output.WriteLineAsync(text);
        return ExitCodes.Success;
    }
}
