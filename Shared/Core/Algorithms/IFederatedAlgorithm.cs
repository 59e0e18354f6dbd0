using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>A federated algorithm: a client half and a server half, found by name. One paper, one file. Both halves are pure functions of their
/// arguments (the client half through the trainer that it is given); instances hold only options, are immutable and may be shared between threads.</summary>
/// <remarks>What travels is one vector each way: to the clients the broadcast, shape [B], which is the model and what the algorithm sends beside it; back the update, shape [U]. Both
/// are the model's shape [P] unless an algorithm says otherwise.</remarks>
public interface IFederatedAlgorithm
{
    /// <summary>The name in a job file, lower case.</summary>
    string Name { get; }

    /// <summary>What a round's clients get, shape [B]; it begins with the model's own tensors.</summary>
    ParameterSchema BroadcastSchema(ParameterSchema model) => model;

    /// <summary>What they send, shape [U].</summary>
    ParameterSchema UpdateSchema(ParameterSchema model) => model;

    /// <summary>The broadcast of the next round, under <see cref="BroadcastSchema"/>.</summary>
    ParameterVector Broadcast(ServerState state) => state.Parameters;

    /// <summary>Client half: turns the broadcast into this client's update. It may keep a state on the client: what it returns is what it
    /// gets in the client's next round, where this update was counted (<see cref="AlgorithmInfo.KeepsClientState"/>). The same arguments give the same bits, so that a round may be trained
    /// again.</summary>
    /// <param name="trainer">The client's replica and data. Runs on the calling thread.</param>
    /// <param name="broadcast">Shape [B]. Not changed.</param>
    /// <param name="update">Receives the update, shape [U]: what the server half gets the weighted mean of.</param>
    /// <param name="state">What this client kept with its last update that was counted; empty before its first, and for algorithms that keep nothing.</param>
    LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state);

    /// <summary>Why an update cannot be one of this algorithm's, as a sentence; null where it can. Whoever sends what would spoil the sum of all is refused alone.</summary>
    /// <param name="update">Shape [U], finite.</param>
    string? Refusal(ReadOnlySpan<float> update) => null;

    /// <summary>What weighs an update in the mean, above 0.</summary>
    /// <param name="state">State after the previous round.</param>
    /// <param name="client">Whose update it is.</param>
    /// <param name="facts">What came with it.</param>
    double WeightOf(ServerState state, string client, UpdateFacts facts) => facts.Weight ?? facts.Examples;

    /// <summary>Server half, once a run: the state before the first round.</summary>
    ServerState Init(ParameterVector parameters);

    /// <summary>Server half, once a round.</summary>
    /// <param name="state">State after the previous round. Not changed.</param>
    /// <param name="mean">Weighted mean of the cohort's updates, or what a robust rule made of them, shape [U], finite.</param>
    /// <param name="round">Who sent them, and what they said beside them.</param>
    /// <exception cref="ArgumentException">The length is not U.</exception>
    ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round);
}

/// <summary>What a client half did.</summary>
/// <param name="Examples">Examples of the client's partition, at least 1.</param>
/// <param name="Training">Loss and hits summed over the training steps.</param>
/// <param name="State">What the client keeps from now on, finite; null where it stays what it was.</param>
public sealed record LocalUpdate(long Examples, MetricSums Training, ClientState? State = null)
{
    /// <value>What weighs the update in the mean, above 0; null for <see cref="Examples"/>.</value>
    public double? Weight { get; init; }

    /// <value>The client's own model after the round, shape [P], which is measured on its validation share and never leaves the worker; null where the algorithm has only one model.</value>
    public ReadOnlyMemory<float>? Personal { get; init; }
}

/// <summary>What the server half carries from round to round.</summary>
/// <param name="Round">Rounds applied so far; 0 before the first.</param>
/// <param name="Parameters">The global model.</param>
/// <param name="Slots">Further vectors by name (momentum and the like), each of at least one value. Their owner does not write to them again.</param>
public sealed record ServerState(int Round, ParameterVector Parameters, ImmutableDictionary<string, ReadOnlyMemory<float>> Slots);
