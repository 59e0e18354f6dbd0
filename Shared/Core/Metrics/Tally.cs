using System.Collections.Immutable;

namespace Federated.Core.Metrics;

/// <summary>A named vector of sums out of which a metric is computed at the end: a confusion matrix, the histogram of scores behind an area under a curve, the
/// counts of n-grams behind BLEU. Adding those of all slices or clients gives that of all examples, so that nobody needs to see the examples. Sparse: what is 0 is
/// left out.</summary>
/// <param name="Name">Lower case, one of <see cref="TallyNames"/>; says how indices are read.</param>
/// <param name="Indices">Ascending, each at least 0.</param>
/// <param name="Values">One for each index, finite.</param>
public sealed record Tally(string Name, ImmutableArray<int> Indices, ImmutableArray<double> Values)
{
    /// <summary>The value at an index.</summary>
    public double this[int index] => Indices.BinarySearch(index) is >= 0 and var at ? Values[at] : 0;

    /// <summary>Element-wise sum of two tallies of one name.</summary>
    /// <exception cref="ArgumentException">The names differ.</exception>
    public static Tally Add(Tally left, Tally right)
    {
        if (left.Name != right.Name) throw new ArgumentException($"'{left.Name}' and '{right.Name}' are different tallies.", nameof(right));
        var (indices, values) = (ImmutableArray.CreateBuilder<int>(), ImmutableArray.CreateBuilder<double>());
        var (i, j) = (0, 0);
        while (i < left.Indices.Length || j < right.Indices.Length)
        {
            var a = i < left.Indices.Length ? left.Indices[i] : int.MaxValue;
            var b = j < right.Indices.Length ? right.Indices[j] : int.MaxValue;
            indices.Add(Math.Min(a, b));
            values.Add((a <= b ? left.Values[i++] : 0) + (b <= a ? right.Values[j++] : 0));
        }
        return new(left.Name, indices.ToImmutable(), values.ToImmutable());
    }
}
