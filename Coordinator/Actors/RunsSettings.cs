using Federated.Coordinator.Storage;
using Federated.Core.Privacy;

namespace Federated.Coordinator.Actors;

/// <summary>What the control plane needs from its host.</summary>
/// <param name="Parameters">Where runs publish what workers fetch; the download service reads the same store.</param>
/// <param name="Checkpoints">Where the states of runs are kept between rounds; the same for every coordinator of the cluster.</param>
/// <param name="TransferAddress">URL of the gRPC services as others reach them, and the node's name in the journal. Asked from actor threads when it is needed,
/// so it may be settled after the listener has its port.</param>
/// <param name="Time">Clock of time stamps and durations; deadlines run on the actor system's scheduler.</param>
/// <param name="ProductVersion">For sentences to people, for example 0.1.0.</param>
public sealed record RunsSettings(ParameterStore Parameters, ICheckpointStore Checkpoints, Func<string> TransferAddress, TimeProvider Time, string ProductVersion)
{
    /// <value>Checkpoints of the latest rounds that are kept, 1 or more; that of the best round is kept besides. Default 3.</value>
    public int KeepCheckpoints { get; init; } = 3;

    /// <value>Where the tickets of tasks come from. Default: the operating system.</value>
    public ISecureRandom Secrets { get; init; } = SystemRandom.Instance;

    /// <value>Told, with a sentence, when this node must not go on since another coordinator has taken the runs over. From any thread.</value>
    public Action<string> Fenced { get; init; } = static _ => { };

    /// <value>Told, with a sentence, when this node cannot go on since what is in the journal cannot be understood. From any thread.</value>
    public Action<string> JournalDamaged { get; init; } = static _ => { };

    /// <value>Told at each point of a round, with the round; from any thread; for tests and traces.</value>
    public Action<RunPoint, int> Reached { get; init; } = static (_, _) => { };

    /// <value>Time between two looks at the journal whether another coordinator has taken over. Default 5 s.</value>
    public TimeSpan EpochCheck { get; init; } = TimeSpan.FromSeconds(5);
}
