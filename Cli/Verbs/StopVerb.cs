using Federated.Cli.Client;
using Federated.Cli.Terminal;
using Federated.V1;

namespace Federated.Cli.Verbs;

/// <summary><c>federated stop</c>: end a run and keep what it has reached.</summary>
internal sealed class StopVerb(CommandEnvironment environment)
    : RunChangeVerb("stop", "Stop a run; its committed rounds stay. Stopping a run that has ended changes nothing.", environment)
{
    public override IReadOnlyList<(string, string)> Examples => [("federated stop RUN", "end it after what is committed")];

    protected override Task<RunSummary> ChangeAsync(RunsClient client, string run, CancellationToken interrupt) => client.StopAsync(run, interrupt);
}
