namespace Federated.Core.Aggregation;

/// <summary>The weighted mean of a round's updates, in memory that does not grow with them: <see cref="ExactMean"/>.</summary>
/// <param name="length">U, at least 1.</param>
/// <param name="threads">As for <see cref="ExactMean"/>.</param>
public sealed class WeightedMean(int length, int threads = 1) : IUpdateAggregate
{
    private readonly ExactMean _mean = new(length, threads);

    /// <inheritdoc/>
    public int Length => _mean.Length;

    /// <inheritdoc/>
    public AddOutcome TryAdd(string client, ReadOnlyMemory<float> values, double weight) => _mean.TryAdd(values, weight);

    /// <inheritdoc/>
    public void TryAdd(ReadOnlySpan<ClientUpdate> updates, Span<AddOutcome> outcomes)
    {
        var terms = new MeanTerm[updates.Length];
        for (var i = 0; i < terms.Length; i++) terms[i] = new(updates[i].Values, updates[i].Weight);
        _mean.TryAdd(terms, outcomes);
    }

    /// <inheritdoc/>
    public void Aggregate(Span<float> result, int round) => _mean.Mean(result);

    /// <inheritdoc/>
    public void Clear() => _mean.Clear();
}
