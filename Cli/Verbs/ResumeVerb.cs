using Federated.Cli.Client;
using Federated.Cli.Terminal;
using Federated.V1;

namespace Federated.Cli.Verbs;

/// <summary><c>federated resume</c>: let a paused run go on.</summary>
internal sealed class ResumeVerb(CommandEnvironment environment)
    : RunChangeVerb(
        "resume", "Resume a paused run: it goes on after its last committed round. Resuming a run that is not paused changes nothing.", environment)
{
    public override IReadOnlyList<(string, string)> Examples => [("federated resume RUN", "go on after a pause")];

    protected override Task<RunSummary> ChangeAsync(RunsClient client, string run, CancellationToken interrupt) => client.ResumeAsync(run, interrupt);
}
