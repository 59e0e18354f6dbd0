using System.Numerics.Tensors;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms.Asynchronous;

/// <summary>FedBuff. Nguyen, Malik, Zhan, Yousefpour, Rabbat, Malek, Huba, "Federated Learning with Buffered Asynchronous Aggregation", AISTATS 2022, algorithm 1, arXiv:2106.06639: the rule by which
/// a buffer becomes a change. Semi-synchronous rounds use it too.</summary>
/// <remarks>
/// Δ = Σ n_i s(τ_i) Δ_i / Σ n_i over the buffer; then the server half makes its step. What is discounted is not made up for by the others: a buffer of old updates moves the model less. Where
/// all are fresh it is FedAvg's mean, bit by bit.
/// Deviation from algorithm 1: updates are weighted by examples, n_i, as everywhere in Federated; the paper takes their plain mean, which is the same where clients have equally many.
/// </remarks>
/// <param name="discount">s.</param>
public sealed class FedBuff(StalenessDiscount discount) : IVersionRule
{
    /// <inheritdoc/>
    public double Weight(double weight, int staleness) => weight * discount.At(staleness);

    /// <inheritdoc/>
    public void Finish(Span<float> mean, IReadOnlyCollection<UpdateFacts> updates, ReadOnlySpan<float> newest, Func<int, ParameterVector> started)
    {
        var (whole, counted) = (0.0, 0.0);
        foreach (var update in updates)
        {
            var weight = update.Weight ?? update.Examples;
            whole += weight;
            counted += Weight(weight, update.Staleness);
        }
        if (counted != whole) TensorPrimitives.Multiply(mean, (float)(counted / whole), mean);
    }
}
