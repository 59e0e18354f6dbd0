using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Metrics.Readers;

/// <summary>The area under the receiver operating characteristic of two classes: the probability that an example of the second class scores higher than one of the
/// first, an equal score counting one half (Hanley and McNeil, Radiology 143, 1982; the Mann-Whitney statistic over the product of the sample sizes). Exact but
/// for pairs whose scores fall into one bucket, which count as equal. Undefined, and left out, where one of the classes has no example.</summary>
public sealed class ScoresReader : ITallyReader
{
    /// <inheritdoc/>
    public string Tally => TallyNames.Scores;

    /// <inheritdoc/>
    public ImmutableArray<FigureInfo> Figures { get; } = [new("auroc", HigherIsBetter: true)];

    /// <inheritdoc/>
    public string? Complaint(Tally tally) =>
        !tally.Indices.IsEmpty && tally.Indices[^1] >= 2 * ScoreBucket.Count ? $"index {tally.Indices[^1]} is beyond the last bucket."
        : tally.Values.Any(value => value < 0) ? "a count is negative." : null;

    /// <inheritdoc/>
    public IEnumerable<Figure> Read(Tally tally, MetricSums sums, ImmutableArray<string> classes)
    {
        // Pairs in which the second class scores higher, an equal score counting one half.
        double first = 0, second = 0, won = 0;
        for (var i = 0; i < tally.Indices.Length;)
        {
            var (bucket, firstHere, secondHere) = (tally.Indices[i] / 2, 0.0, 0.0);
            for (; i < tally.Indices.Length && tally.Indices[i] / 2 == bucket; i++)
            {
                if (tally.Indices[i] % 2 == 0) firstHere += tally.Values[i];
                else secondHere += tally.Values[i];
            }
            won += secondHere * (first + (firstHere / 2));
            (first, second) = (first + firstHere, second + secondHere);
        }
        if (first > 0 && second > 0) yield return new("auroc", won / (first * second));
    }
}
