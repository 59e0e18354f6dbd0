using Federated.Coordinator.Storage;

namespace Federated.Coordinator.Actors;

/// <summary>What the control plane needs from its host.</summary>
/// <param name="Parameters">Where runs publish what workers fetch; the download service reads the same store.</param>
/// <param name="TransferAddress">URL of the Transfer service as workers reach it. Asked whenever a worker is welcomed, from actor threads, so it may be
/// settled after the listener has its port.</param>
/// <param name="Time">Clock of time stamps and durations; deadlines run on the actor system's scheduler.</param>
/// <param name="ProductVersion">For sentences to people, for example 0.1.0.</param>
public sealed record RunsSettings(ParameterStore Parameters, Func<string> TransferAddress, TimeProvider Time, string ProductVersion)
{
    /// <summary>Told at each point of a round, with the round; from any thread; for tests and traces.</summary>
    public Action<RunPoint, int> Reached { get; init; } = static (_, _) => { };
}
