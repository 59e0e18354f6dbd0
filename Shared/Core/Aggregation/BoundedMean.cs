using Federated.Core.Aggregation.Vectors;

namespace Federated.Core.Aggregation;

/// <summary>Norm bounding: the weighted mean of updates that are cut to a length, Σ w_k Δ_k / max(1, ‖Δ_k‖ / M) / Σ w_k. Sun, Kairouz, Suresh, McMahan, "Can You Really Backdoor Federated Learning?", 2019,
/// arXiv:1911.07963, section 3. In memory that does not grow with the updates: <see cref="ExactMean"/>.</summary>
/// <param name="length">U, at least 1.</param>
/// <param name="bound">M, above 0.</param>
/// <param name="threads">As for <see cref="ExactMean"/>.</param>
public sealed class BoundedMean(int length, double bound, int threads = 1) : IUpdateAggregate
{
    private readonly ExactMean _mean = new(length, threads);

    /// <inheritdoc/>
    public int Length => _mean.Length;

    /// <inheritdoc/>
    public AddOutcome TryAdd(string client, ReadOnlyMemory<float> values, double weight)
    {
        var term = Cut(values, weight);
        return _mean.TryAdd(term.Values, term.Weight, term.Factor);
    }

    /// <inheritdoc/>
    public void TryAdd(ReadOnlySpan<ClientUpdate> updates, Span<AddOutcome> outcomes)
    {
        var terms = new MeanTerm[updates.Length];
        for (var i = 0; i < terms.Length; i++) terms[i] = Cut(updates[i].Values, updates[i].Weight);
        _mean.TryAdd(terms, outcomes);
    }

    /// <inheritdoc/>
    public void Aggregate(Span<float> result, int round) => _mean.Mean(result);

    /// <inheritdoc/>
    public void Clear() => _mean.Clear();

    private MeanTerm Cut(ReadOnlyMemory<float> values, double weight)
    {
        if (values.Length != Length) throw new ArgumentException($"Expected {Length} values, got {values.Length}.", nameof(values));
        var norm = Math.Sqrt(Products.SquaredNorm(values, threads));
        // What is not finite is refused by the mean, whatever the factor.
        return new(values, weight, norm > bound && double.IsFinite(norm) ? bound / norm : 1);
    }
}
