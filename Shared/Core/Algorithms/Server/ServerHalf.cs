using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms.Server;

/// <summary>The server half of algorithms whose updates are averaged: each round a step of an optimiser, with the round's learning rate. Immutable; may be shared between threads.</summary>
/// <param name="optimizer">What makes the step.</param>
/// <param name="rate">Its learning rate η and how that changes over the rounds.</param>
/// <param name="rounds">The job's rounds, at least 1.</param>
public sealed class ServerHalf(IServerOptimizer optimizer, RateCurve rate, int rounds)
{
    /// <summary>The state before the first round.</summary>
    public ServerState Init(ParameterVector parameters) => new(0, parameters, optimizer.Slots(parameters.Values.Length).ToImmutableDictionary());

    /// <summary>The state after a round.</summary>
    /// <param name="state">Before it: less than all rounds are over. Not changed.</param>
    /// <param name="mean">Δ, shape [P], finite.</param>
    /// <exception cref="ArgumentException">The length is not P, or all rounds are over.</exception>
    public ServerState Apply(ServerState state, ReadOnlySpan<float> mean)
    {
        if (mean.Length != state.Parameters.Values.Length) throw new ArgumentException($"Expected {state.Parameters.Values.Length} values, got {mean.Length}.", nameof(mean));
        return optimizer.Step(state, mean, rate.At(state.Round, rounds));
    }
}
