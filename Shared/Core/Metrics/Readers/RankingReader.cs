using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Metrics.Readers;

/// <summary>How well held-out items are ranked, as He et al. 2017 (arXiv:1708.05031, section 4.1) measure it: HR@10, the fraction of users whose held-out item is
/// among the first ten, and NDCG@10, the mean over users of 1 / log2(rank + 1), 0 below the tenth.</summary>
public sealed class RankingReader : ITallyReader
{
    /// <inheritdoc/>
    public string Tally => TallyNames.Ranking;

    /// <inheritdoc/>
    public ImmutableArray<FigureInfo> Figures { get; } = [new("hit_rate_10", HigherIsBetter: true), new("ndcg_10", HigherIsBetter: true)];

    /// <inheritdoc/>
    public string? Complaint(Tally tally) => tally.Indices.Any(index => index > 2) ? "it has entries 0 to 2 only."
        : tally[0] < tally[1] || tally[1] < tally[2] || tally[2] < 0 ? "it has more hits than users, or a gain above 1 for a hit." : null;

    /// <inheritdoc/>
    public IEnumerable<Figure> Read(Tally tally, MetricSums sums, ImmutableArray<string> classes)
    {
        if (tally[0] <= 0) yield break;
        yield return new("hit_rate_10", tally[1] / tally[0]);
        yield return new("ndcg_10", tally[2] / tally[0]);
    }
}
