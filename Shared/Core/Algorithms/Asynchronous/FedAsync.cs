using System.Numerics.Tensors;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms.Asynchronous;

/// <summary>FedAsync. Xie, Koyejo, Gupta, "Asynchronous Federated Optimization", 2019, algorithm 1, arXiv:1903.03934: each client's model is mixed into the newest one.</summary>
/// <remarks>
/// x ← (1 - α_t) x + α_t x_new with α_t = α s(τ). What travels is Δ = x_new - x_τ, so the coordinator keeps the models x_τ that clients started from and makes the step
/// x ← x + α_t (Δ + (x_τ - x)), which is the same. With α = 1 and a fresh update it is x + Δ, bit by bit.
/// Deviations from algorithm 1: an update that started from the newest version has τ = 0, and s(0) = 1; the paper counts epochs from the server's next one. The worker's proximal term is that of
/// federation.algorithm fedprox, and without it there is none.
/// </remarks>
/// <param name="mixing">α, above 0 and at most 1.</param>
/// <param name="discount">s.</param>
public sealed class FedAsync(double mixing, StalenessDiscount discount) : IVersionRule
{
    /// <inheritdoc/>
    public double Weight(double weight, int staleness) => weight;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is not exactly one update.</exception>
    public void Finish(Span<float> mean, IReadOnlyCollection<UpdateFacts> updates, ReadOnlySpan<float> newest, Func<int, ParameterVector> started)
    {
        if (updates.Count != 1) throw new ArgumentException($"A version mixes in one update, not {updates.Count}.", nameof(updates));
        var staleness = updates.First().Staleness;
        if (staleness > 0)
        {
            var moved = new float[newest.Length];
            TensorPrimitives.Subtract(started(staleness).Values.Span, newest, moved);
            TensorPrimitives.Add(mean, moved, mean);
        }
        TensorPrimitives.Multiply(mean, (float)(mixing * discount.At(staleness)), mean);
    }
}
