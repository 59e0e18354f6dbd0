namespace Federated.Coordinator.Actors;

/// <summary>Delays between tries at something that the machine may allow again soon: 0.5 s, doubled up to 15 s.</summary>
internal static class StepRetry
{
    /// <param name="failures">On end, at least 1.</param>
    public static TimeSpan Delay(int failures) => TimeSpan.FromSeconds(Math.Min(15, 0.5 * Math.Pow(2, Math.Min(failures, 10) - 1)));
}
