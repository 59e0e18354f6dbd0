using System.Collections.Immutable;

namespace Federated.Core.Metrics;

/// <summary>Where an evaluation adds up its tallies. Not thread-safe.</summary>
public sealed class TallyBook
{
    private readonly SortedDictionary<string, SortedDictionary<int, double>> _tallies = new(StringComparer.Ordinal);

    /// <summary>Adds to one value.</summary>
    /// <param name="name">One of <see cref="TallyNames"/>.</param>
    /// <param name="index">At least 0.</param>
    /// <param name="value">Finite.</param>
    public void Add(string name, int index, double value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (!_tallies.TryGetValue(name, out var tally)) _tallies.Add(name, tally = []);
        tally[index] = tally.GetValueOrDefault(index) + value;
    }

    /// <summary>What was added so far, in the order of names.</summary>
    public ImmutableArray<Tally> Tallies => [.. _tallies.Select(tally => new Tally(tally.Key, [.. tally.Value.Keys], [.. tally.Value.Values]))];
}
