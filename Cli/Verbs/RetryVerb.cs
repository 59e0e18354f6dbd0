using Federated.Cli.Client;
using Federated.Cli.Terminal;
using Federated.V1;

namespace Federated.Cli.Verbs;

/// <summary><c>federated retry</c>: let a failed or stopped run go on.</summary>
internal sealed class RetryVerb(CommandEnvironment environment)
    : RunChangeVerb("retry", "Retry a run that failed or was stopped: it goes on after its last committed round.", environment)
{
    public override IReadOnlyList<(string, string)> Examples => [("federated retry RUN", "go on once the cause of the failure is gone")];

    protected override Task<RunSummary> ChangeAsync(RunsClient client, string run, CancellationToken interrupt) => client.RetryAsync(run, interrupt);
}
