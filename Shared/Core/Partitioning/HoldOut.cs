using System.Collections.Immutable;
using Federated.Core.Randomness;

namespace Federated.Core.Partitioning;

/// <summary>A client's examples, some of them set aside (for validation or test).</summary>
/// <param name="Kept">What is left to train on, in the order given; at least one.</param>
/// <param name="Held">What is set aside, in the order given; may be empty.</param>
public sealed record HoldOut(ImmutableArray<int> Kept, ImmutableArray<int> Held)
{
    /// <summary>Sets aside a random floor(fraction n) of n examples, but never all.</summary>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="fraction">In [0, 1).</param>
    /// <param name="seed">Seed of this draw alone, for example <c>SeedTree.Derive(seed, "validation", 0, client)</c>.</param>
    /// <exception cref="ArgumentException">There are no examples, or the fraction is not in [0, 1).</exception>
    public static HoldOut Draw(ImmutableArray<int> examples, double fraction, ulong seed)
    {
        if (examples.IsEmpty) throw new ArgumentException("Nothing can be set aside of no examples.", nameof(examples));
        if (!(fraction is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "Must be in [0, 1).");
        // A fraction such as 0.29 is stored a little too small, and 0.29 of 100 shall be 29.
        var count = Math.Min(examples.Length - 1, (int)(fraction * examples.Length + 1e-9));
        if (count == 0) return new(examples, []);
        var held = IidPartition.Shuffled(examples.Length, new RandomStream(seed)).AsSpan(0, count).ToArray().ToHashSet();
        return new([.. examples.Where((_, place) => !held.Contains(place))], [.. examples.Where((_, place) => held.Contains(place))]);
    }
}
