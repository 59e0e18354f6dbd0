using Federated.Core;
using Federated.V1;

namespace Federated.Cli.Verbs;

/// <summary>The exit code that says how a run ended.</summary>
internal static class RunExit
{
    public static int Of(RunStatus status) => status switch
    {
        RunStatus.Completed => ExitCodes.Success,
        RunStatus.Stopped => ExitCodes.Stopped,
        _ => ExitCodes.RunFailed,
    };
}
