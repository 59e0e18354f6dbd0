namespace Federated.Core.Tests.Privacy;

/// <summary>Pearson's chi-square test with a false-alarm rate of 3.4e-6 (4.5 standard deviations of the Wilson-Hilferty normal).</summary>
internal static class GoodnessOfFit
{
    /// <summary>Fails where draws do not fit a distribution. Outcomes expected fewer than 10 times are pooled.</summary>
    /// <param name="draws">What was drawn.</param>
    /// <param name="probability">Of an integer.</param>
    /// <param name="low">First integer with a probability of its own; all that is below counts with it as "the rest".</param>
    /// <param name="high">Last one.</param>
    public static void Check(IReadOnlyCollection<long> draws, Func<long, double> probability, long low, long high)
    {
        var counts = draws.GroupBy(draw => draw).ToDictionary(group => group.Key, group => group.Count());
        var (statistic, cells, restExpected, restSeen) = (0.0, 0, (double)draws.Count, (double)draws.Count);
        for (var outcome = low; outcome <= high; outcome++)
        {
            var (expected, seen) = (draws.Count * probability(outcome), counts.GetValueOrDefault(outcome));
            if (expected < 10) continue;
            (statistic, cells) = (statistic + (seen - expected) * (seen - expected) / expected, cells + 1);
            (restExpected, restSeen) = (restExpected - expected, restSeen - seen);
        }
        if (restExpected >= 10) (statistic, cells) = (statistic + (restSeen - restExpected) * (restSeen - restExpected) / restExpected, cells + 1);
        else Assert.True(restSeen < 40, $"{restSeen} draws where {restExpected:g3} were expected");   // Poisson of mean 10: 40 or more has 1e-12
        Assert.True(cells >= 2);
        Assert.True(statistic < Limit(cells - 1), $"chi-square {statistic:g5} of {cells - 1} degrees of freedom, limit {Limit(cells - 1):g5}");
    }

    private static double Limit(int freedom)
    {
        var spread = 2.0 / (9 * freedom);
        return freedom * Math.Pow(1 - spread + 4.5 * Math.Sqrt(spread), 3);
    }
}
