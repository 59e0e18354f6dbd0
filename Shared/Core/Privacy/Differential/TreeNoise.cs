using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace Federated.Core.Privacy.Differential;

/// <summary>The noise of tree aggregation as far as later rounds need it: that of the nodes which make up the rounds so far. Kairouz, McMahan, Song, Thakkar, Thakurta, Xu, "Practical and Private (Deep) Learning without Sampling or
/// Shuffling", ICML 2021, arXiv:2103.00039, algorithm 1, on the trees of Dwork, Naor, Pitassi, Rothblum 2010. Immutable.</summary>
/// <remarks>
/// The rounds 1 to t of a tree are the disjoint union of as many nodes as t has bits that are 1, a node of level k being 2^k rounds; the noise N_t of the sum over them is the sum of theirs. A round adds N_t - N_{t-1} to its own
/// sum, so that whatever adds the rounds up has the sum over all of them with N_t, and everything that is given away is a function of the noised nodes, each of which is drawn once. With t the node begins whose last round is t; the
/// smaller ones that it takes in are needed no more.
/// Deviations: the estimate of a node is its own, not also that of the nodes below it (Honaker 2015), which would make the noise smaller and the guarantee no worse.
/// Values are whole steps of a <see cref="GridSum"/>.
/// </remarks>
internal sealed class TreeNoise
{
    /// <summary>Before a tree's first round.</summary>
    public static readonly TreeNoise Empty = new(0, ImmutableSortedDictionary<int, long[]>.Empty);

    private const string Prefix = "privacy/tree/";
    private const int LowBits = 24;   // of which float32 has every whole number
    private const long Largest = 1L << (2 * LowBits - 2);
    private readonly ImmutableSortedDictionary<int, long[]> _open;   // by level: the bits of the rounds that are 1

    private TreeNoise(long rounds, ImmutableSortedDictionary<int, long[]> open) => (Rounds, _open) = (rounds, open);

    /// <value>t.</value>
    public long Rounds { get; }

    /// <summary>The noise after one round more.</summary>
    /// <param name="node">Fresh noise, of the node that ends with the round. The tree's from now on.</param>
    /// <param name="change">Receives N_t - N_{t-1}, of the same length.</param>
    public TreeNoise Next(long[] node, Span<long> change)
    {
        var level = BitOperations.TrailingZeroCount(Rounds + 1);
        node.CopyTo(change);
        for (var taken = 0; taken < level; taken++)
        {
            var noise = _open[taken];
            for (var i = 0; i < noise.Length; i++) change[i] -= noise[i];
        }
        return new(Rounds + 1, _open.RemoveRange(Enumerable.Range(0, level)).Add(level, node));
    }

    /// <summary>Puts it into a server's state, in the place of whatever noise was there: each node as twice as many float32, first the high parts and then the low ones, all of them whole numbers.</summary>
    /// <param name="slots">The state's.</param>
    /// <exception cref="OverflowException">A value is not below 2^46, which noise of fewer than 2^32 steps never is.</exception>
    public ImmutableDictionary<string, ReadOnlyMemory<float>> Write(ImmutableDictionary<string, ReadOnlyMemory<float>> slots) =>
        slots.RemoveRange(slots.Keys.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
            .AddRange(_open.Select(node => KeyValuePair.Create(NameOf(node.Key), Parts(node.Value))));

    /// <summary>Takes it out of a server's state.</summary>
    /// <param name="slots">The state's, in which <see cref="Write"/> has put it.</param>
    /// <param name="rounds">t, at least 0.</param>
    /// <param name="length">Values of a node.</param>
    /// <exception cref="InvalidOperationException">The state is not one after that many rounds.</exception>
    public static TreeNoise Read(ImmutableDictionary<string, ReadOnlyMemory<float>> slots, long rounds, int length) =>
        new(rounds, Enumerable.Range(0, 64).Where(level => (rounds >> level & 1) == 1).ToImmutableSortedDictionary(level => level, level =>
            slots.TryGetValue(NameOf(level), out var parts) && parts.Length == 2 * length ? Whole(parts.Span)
                : throw new InvalidOperationException($"The server's state has no noise of {length} values for level {level} of a tree after {rounds} rounds.")));

    private static string NameOf(int level) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{level}");

    private static ReadOnlyMemory<float> Parts(long[] noise)
    {
        var parts = new float[2 * noise.Length];
        for (var i = 0; i < noise.Length; i++)
        {
            if (noise[i] is <= -Largest or >= Largest) throw new OverflowException($"Noise of {noise[i]} steps is not below {Largest}.");
            var high = noise[i] >> LowBits;
            (parts[i], parts[noise.Length + i]) = (high, noise[i] - (high << LowBits));
        }
        return parts;
    }

    private static long[] Whole(ReadOnlySpan<float> parts)
    {
        var noise = new long[parts.Length / 2];
        for (var i = 0; i < noise.Length; i++) noise[i] = ((long)parts[i] << LowBits) + (long)parts[noise.Length + i];
        return noise;
    }
}
