using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Jobs;
using Federated.Core.Metrics;

namespace Federated.Core.Rounds;

/// <summary>Whether what was measured ends a run before its last round. Pure: the same evaluations give the same answer, also when they are read again from a
/// journal.</summary>
public static class StopRules
{
    /// <summary>The rule that ends the run with a round, as a sentence; null for none.</summary>
    /// <param name="stop">The job's rules.</param>
    /// <param name="round">The last committed round.</param>
    /// <param name="evaluations">By round; null where measuring was not possible. None is missing below <paramref name="round"/> that will still come.</param>
    public static string? Reached(StopSpec stop, int round, ImmutableSortedDictionary<int, Measurement?> evaluations)
    {
        // A rule speaks about a round's model when that was measured, and only then.
        if (!evaluations.TryGetValue(round, out var last) || last is null) return null;
        if (stop.Accuracy is { } wanted && last.Value(Figures.Accuracy) is { } accuracy && accuracy >= wanted)
            return string.Create(CultureInfo.InvariantCulture, $"Round {round} reached accuracy {accuracy:0.####}; the stop rule asks for {wanted:0.####}.");
        if (stop.Metric is not { } metric || last.Value(metric) is not { } value) return null;
        var higher = Figures.Find(metric)?.HigherIsBetter ?? throw new ArgumentException($"'{metric}' is no figure.", nameof(stop));
        if (stop.Target is { } target && (higher ? value >= target : value <= target))
            return string.Create(CultureInfo.InvariantCulture, $"Round {round} reached {metric} {value:0.####}; the stop rule asks for {target:0.####}.");
        if (stop.Patience is not { } patience) return null;
        var (best, bestRound, since) = Best(metric, higher, stop.MinimumImprovement, evaluations);
        return since < patience ? null : string.Create(CultureInfo.InvariantCulture,
            $"After round {round}, {metric} had not improved on {best:0.####} of round {bestRound} for {since} evaluations; the stop rule allows {patience}.");
    }

    // An evaluation without the figure says nothing about improvement and does not count.
    private static (double Best, int Round, int Since) Best(string metric, bool higher, double minimum, ImmutableSortedDictionary<int, Measurement?> evaluations)
    {
        var (best, bestRound, since) = (double.NaN, 0, 0);
        foreach (var (round, measurement) in evaluations)
        {
            if (measurement?.Value(metric) is not { } value) continue;
            if (bestRound == 0 || (higher ? value - best : best - value) > minimum) (best, bestRound, since) = (value, round, 0);
            else since++;
        }
        return (best, bestRound, since);
    }
}
