using System.Runtime.Intrinsics;
using Federated.Core.Aggregation.Vectors;

namespace Federated.Core.Aggregation.Rules;

/// <summary>Bulyan of Krum. El Mhamdi, Guerraoui, Rouault, "The Hidden Vulnerability of Distributed Learning in Byzantium", ICML 2018, section 4, arXiv:1802.07927.</summary>
/// <remarks>Krum chooses one vector after the other, each time among those that are left, until θ = n - 2 f are chosen; then of each value the mean of the θ - 2 f that are nearest to the median of the θ.
/// Updates count alike; of equal scores, and of equally near values, the first client's and the smaller one. Deviation: where the last choices leave Krum no r - f - 2 neighbours among r vectors, it looks at the nearest one.</remarks>
/// <param name="attackers">f, at least 0; there are at least 4 f + 3 updates.</param>
internal sealed class Bulyan(int attackers) : IRobustRule
{
    /// <inheritdoc/>
    public void Combine(RuleInput updates, Memory<float> result)
    {
        var vectors = updates.Vectors;
        var distances = Products.SquaredDistances(vectors, updates.Threads);
        var (left, chosen) = (Enumerable.Range(0, vectors.Length).ToList(), new List<int>());
        while (chosen.Count < vectors.Length - 2 * attackers)
        {
            var scores = KrumScores.Of(distances, left, Math.Min(left.Count - 1, Math.Max(1, left.Count - attackers - 2)));
            var best = Array.IndexOf(scores, scores.Min());
            chosen.Add(left[best]);
            left.RemoveAt(best);
        }
        Columns.Fold(new NearMedian(chosen.Count - 2 * attackers), [.. chosen.Order().Select(i => vectors[i])], result, updates.Threads);
    }

    // The values nearest to the median are neighbours in the sorted column: the window whose further end is nearest to it.
    private readonly struct NearMedian(int count) : IColumnRule
    {
        public Vector256<float> Fold(ReadOnlySpan<Vector256<float>> sorted)
        {
            var median = Columns.Median(sorted);
            var (reach, begin) = (Reach(sorted, median, 0), Vector256<float>.Zero);
            for (var i = 1; i <= sorted.Length - count; i++)
            {
                var other = Reach(sorted, median, i);
                var nearer = Vector256.LessThan(other, reach);
                reach = Vector256.ConditionalSelect(nearer, other, reach);
                begin = Vector256.ConditionalSelect(nearer, Vector256.Create((float)i), begin);
            }
            // Not by taking away what left the window: an attacker's value would have taken the others' digits with it.
            var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
            for (var i = 0; i < sorted.Length; i++)
            {
                var place = Vector256.Create((float)i);
                var inside = Vector256.GreaterThanOrEqual(place, begin) & Vector256.LessThan(place, begin + Vector256.Create((float)count));
                var (first, second) = Vector256.Widen(sorted[i] & inside);
                low += first;
                high += second;
            }
            return Vector256.Narrow(low / Vector256.Create((double)count), high / Vector256.Create((double)count));
        }

        private Vector256<float> Reach(ReadOnlySpan<Vector256<float>> sorted, Vector256<float> median, int begin) =>
            Vector256.MaxNative(median - sorted[begin], sorted[begin + count - 1] - median);
    }
}
