using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Metrics;

/// <summary>All that an evaluation, or a part of one, adds up.</summary>
/// <param name="Sums">Loss and hits.</param>
/// <param name="Tallies">Further sums, in the ordinal order of their names, each name once.</param>
public sealed record EvaluationSums(MetricSums Sums, ImmutableArray<Tally> Tallies)
{
    /// <summary>Over nothing.</summary>
    public static readonly EvaluationSums None = new(default, []);

    /// <summary>Of both. Values are added in the order of the operands: for the same bits, add in the same order.</summary>
    public static EvaluationSums operator +(EvaluationSums left, EvaluationSums right)
    {
        var tallies = left.Tallies.Concat(right.Tallies).GroupBy(tally => tally.Name, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal);
        return new(left.Sums + right.Sums, [.. tallies.Select(group => group.Aggregate(Tally.Add))]);
    }

    /// <summary>Of both.</summary>
    public static EvaluationSums Add(EvaluationSums left, EvaluationSums right) => left + right;
}
