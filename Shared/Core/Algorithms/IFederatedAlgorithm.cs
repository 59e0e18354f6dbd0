using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>A federated algorithm: a client half and a server half, found by name. One paper, one file. Both halves are pure functions of their
/// arguments (the client half through the trainer that it is given); instances hold only options, are immutable and may be shared between threads.</summary>
public interface IFederatedAlgorithm
{
    /// <summary>The name in a job file, lower case.</summary>
    string Name { get; }

    /// <summary>Client half: turns the global parameters into this client's update. It may keep a state on the client: what it returns is what it
    /// gets in the client's next round, once this round is committed. The same arguments give the same bits, so that a round may be trained
    /// again.</summary>
    /// <param name="trainer">The client's replica and data. Runs on the calling thread.</param>
    /// <param name="global">The round's parameters, shape [P]. Not changed.</param>
    /// <param name="update">Receives the update, shape [P]: what the server half gets the weighted mean of.</param>
    /// <param name="state">What this client kept in its last committed round; empty before its first, and for algorithms that keep nothing.</param>
    /// <returns>Sums over the examples seen in training, the number of examples that weigh the update, and what the client keeps.</returns>
    LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> global, Span<float> update, ClientState state);

    /// <summary>Server half, once a run: the state before the first round.</summary>
    ServerState Init(ParameterVector parameters);

    /// <summary>Server half, once a round.</summary>
    /// <param name="state">State after the previous round. Not changed.</param>
    /// <param name="mean">Weighted mean of the cohort's updates, shape [P], finite.</param>
    /// <exception cref="ArgumentException">The length is not P.</exception>
    ServerState Apply(ServerState state, ReadOnlySpan<float> mean);
}

/// <summary>What a client half did.</summary>
/// <param name="Examples">Examples of the client's partition, at least 1: the update's weight.</param>
/// <param name="Training">Loss and hits summed over the training steps.</param>
/// <param name="State">What the client keeps from now on, finite; null where it stays what it was.</param>
public sealed record LocalUpdate(long Examples, MetricSums Training, ClientState? State = null);

/// <summary>What the server half carries from round to round.</summary>
/// <param name="Round">Rounds applied so far; 0 before the first.</param>
/// <param name="Parameters">The global model.</param>
/// <param name="Slots">Further vectors of shape [P] by name (momentum and the like). Their owner does not write to them again.</param>
public sealed record ServerState(int Round, ParameterVector Parameters, ImmutableDictionary<string, ReadOnlyMemory<float>> Slots);
