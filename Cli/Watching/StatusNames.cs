using Federated.V1;

namespace Federated.Cli.Watching;

/// <summary>A run's status as one word, for people and programs.</summary>
internal static class StatusNames
{
    public static string Of(RunStatus status) => status switch
    {
        RunStatus.Queued => "queued",
        RunStatus.Running => "running",
        RunStatus.Paused => "paused",
        RunStatus.Completed => "completed",
        RunStatus.Stopped => "stopped",
        RunStatus.Failed => "failed",
        _ => "unknown",
    };
}
