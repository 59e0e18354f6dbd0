using System.Numerics.Tensors;

namespace Federated.Core.Algorithms.Server;

/// <summary>Server momentum: v ← β v + Δ, x ← x + η v, v = 0 before the first round. Hsu, Qi, Brown, "Measuring the Effects of Non-Identical Data Distribution
/// for Federated Visual Classification", 2019, arXiv:1909.06335, section 4.3.</summary>
/// <remarks>Deviation: the paper subtracts differences of the other sign, and has no η; 1 is the paper's.</remarks>
/// <param name="beta">Momentum β, from 0 to below 1.</param>
public sealed class FedAvgM(double beta) : IServerOptimizer
{
    private const string Velocity = "momentum";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, ReadOnlyMemory<float>>> Slots(int count) => [new(Velocity, new float[count])];

    /// <inheritdoc/>
    public ServerState Step(ServerState state, ReadOnlySpan<float> mean, double rate)
    {
        var velocity = new float[mean.Length];
        TensorPrimitives.MultiplyAdd(state.Slots[Velocity].Span, (float)beta, mean, velocity);
        return new(state.Round + 1, ServerStep.Move(state, mean, velocity, (float)rate), state.Slots.SetItem(Velocity, velocity));
    }
}
