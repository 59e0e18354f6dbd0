using Federated.Cli.Client;
using Federated.Cli.Terminal;
using Federated.V1;

namespace Federated.Cli.Verbs;

/// <summary><c>federated pause</c>: halt a run until it is resumed.</summary>
internal sealed class PauseVerb(CommandEnvironment environment)
    : RunChangeVerb(
        "pause", "Pause a run: its open round is put back, and its committed rounds stay. Pausing a paused run changes nothing.", environment)
{
    public override IReadOnlyList<(string, string)> Examples =>
        [("federated pause RUN", "leave the workers to other runs; `federated resume RUN` lets it go on")];

    protected override Task<RunSummary> ChangeAsync(RunsClient client, string run, CancellationToken interrupt) => client.PauseAsync(run, interrupt);
}
