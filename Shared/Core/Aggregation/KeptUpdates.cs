using System.Numerics.Tensors;
using Federated.Core.Aggregation.Rules;

namespace Federated.Core.Aggregation;

/// <summary>A round's updates, all of them, for rules that must see them together: 4 bytes a value and client. The rule sees them in ordinal order of clients, whatever the order in which they came.</summary>
/// <param name="length">U, at least 1.</param>
/// <param name="rule">Makes the rule of a round, 1-based.</param>
/// <param name="fit">How many updates the rule needs, and which.</param>
/// <param name="threads">That may share the work, at least 1; their number does not change the result.</param>
internal class KeptUpdates(int length, Func<int, IRobustRule> rule, AggregationFit fit, int threads) : IUpdateAggregate
{
    private readonly SortedDictionary<string, (float[] Values, double Weight)> _updates = new(StringComparer.Ordinal);

    // Room of earlier rounds, so that a round does not take as much again.
    private readonly Stack<float[]> _free = new();

    /// <inheritdoc/>
    public int Length => length;

    /// <inheritdoc/>
    public AddOutcome TryAdd(string client, ReadOnlyMemory<float> values, double weight)
    {
        if (values.Length != length) throw new ArgumentException($"Expected {length} values, got {values.Length}.", nameof(values));
        if (!(weight > 0)) throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight is above 0.");
        if (_updates.ContainsKey(client)) throw new ArgumentException($"The update of client '{client}' is there already.", nameof(client));
        var largest = TensorPrimitives.MaxMagnitude(values.Span); // NaN when there is one
        if (!float.IsFinite(largest)) return AddOutcome.NotFinite;
        // The same limits as those of the mean: which updates are taken does not depend on the rule.
        if (weight is < ExactMean.MinWeight or >= ExactMean.Limit || Math.Abs(weight * largest) >= ExactMean.Limit) return AddOutcome.OutOfRange;
        var kept = _free.TryPop(out var room) ? room : new float[length];
        values.CopyTo(kept);
        _updates.Add(client, (kept, weight));
        return AddOutcome.Added;
    }

    /// <inheritdoc/>
    public void Aggregate(Span<float> result, int round) => Combine(result, round, center: default);

    /// <inheritdoc/>
    public void Clear()
    {
        foreach (var (values, _) in _updates.Values) _free.Push(values);
        _updates.Clear();
    }

    /// <summary>Applies the rule.</summary>
    protected void Combine(Span<float> result, int round, ReadOnlyMemory<float> center)
    {
        if (result.Length != length) throw new ArgumentException($"Expected room for {length} values, got {result.Length}.", nameof(result));
        if (fit.TooFew(_updates.Count) is { } tooFew) throw new InvalidOperationException(tooFew);
        ReadOnlyMemory<float> root = default;
        if (fit.Root is { } trusted)
            root = _updates.TryGetValue(trusted, out var update) ? update.Values : throw new InvalidOperationException($"the trusted client '{trusted}' has sent no update.");
        var others = _updates.Where(update => update.Key != fit.Root).Select(update => update.Value).ToArray();
        var combined = new float[length];
        rule(round).Combine(new(Array.ConvertAll(others, other => new ReadOnlyMemory<float>(other.Values)), Array.ConvertAll(others, other => other.Weight), threads) { Root = root, Center = center }, combined);
        combined.CopyTo(result);
    }
}

/// <summary>As <see cref="KeptUpdates"/>, for rules that go on from the last round.</summary>
/// <inheritdoc cref="KeptUpdates"/>
internal sealed class CenteredUpdates(int length, Func<int, IRobustRule> rule, AggregationFit fit, int threads) : KeptUpdates(length, rule, fit, threads), ICenteredAggregate
{
    /// <inheritdoc/>
    public void Aggregate(Span<float> result, int round, ReadOnlyMemory<float> center) => Combine(result, round, center.IsEmpty ? new float[Length] : center);
}
