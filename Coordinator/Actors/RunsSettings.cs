using Federated.Coordinator.Storage;

namespace Federated.Coordinator.Actors;

/// <summary>What the control plane needs from its host.</summary>
/// <param name="Parameters">Where runs publish what workers fetch; the download service reads the same store.</param>
/// <param name="Checkpoints">Where the states of runs are kept between rounds; the same for every coordinator of the cluster.</param>
/// <param name="TransferAddress">URL of the gRPC services as others reach them. Asked whenever a worker is welcomed, from actor threads, so it may be
/// settled after the listener has its port.</param>
/// <param name="Time">Clock of time stamps and durations; deadlines run on the actor system's scheduler.</param>
/// <param name="ProductVersion">For sentences to people, for example 0.1.0.</param>
public sealed record RunsSettings(ParameterStore Parameters, ICheckpointStore Checkpoints, Func<string> TransferAddress, TimeProvider Time, string ProductVersion)
{
    /// <value>The node's name in the journal, for people: which coordinator began an epoch. Default "".</value>
    public string Node { get; init; } = "";

    /// <value>Checkpoints of the latest rounds that are kept, 1 or more; that of the best round is kept besides. Default 3.</value>
    public int KeepCheckpoints { get; init; } = 3;

    /// <value>Told, with a sentence, when this node must not go on: another coordinator has taken the runs over, or the journal cannot be read. From any thread.</value>
    public Action<string> MustEnd { get; init; } = static _ => { };

    /// <value>Told at each point of a round, with the round; from any thread; for tests and traces.</value>
    public Action<RunPoint, int> Reached { get; init; } = static (_, _) => { };

    /// <value>Time between two looks at the journal whether another coordinator has taken over. Default 5 s.</value>
    public TimeSpan EpochCheck { get; init; } = TimeSpan.FromSeconds(5);
}
