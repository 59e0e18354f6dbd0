using System.Numerics;

namespace Federated.Core.Aggregation.Vectors;

/// <summary>Which pairs to compare, and in which order, so that any n values end up sorted: merge exchange, Knuth, The Art of Computer Programming 3, section 5.2.2, algorithm M (Batcher 1968).
/// What is compared does not depend on the values, so eight columns are sorted at once.</summary>
internal static class SortingNetwork
{
    /// <summary>The pairs (lower, upper): the smaller value goes to the lower place.</summary>
    public static (int Lower, int Upper)[] Of(int count)
    {
        var pairs = new List<(int, int)>();
        if (count < 2) return [];
        var top = 1 << (BitOperations.Log2((uint)count - 1));
        for (var p = top; p > 0; p >>= 1)
        {
            var (q, r, d) = (top, 0, p);
            while (true)
            {
                for (var i = 0; i < count - d; i++)
                    if ((i & p) == r) pairs.Add((i, i + d));
                if (q == p) break;
                (d, q, r) = (q - p, q >> 1, p);
            }
        }
        return [.. pairs];
    }
}
