namespace Federated.Core.Tests.Privacy;

/// <summary>Tests noise that nobody can seed for N(0, σ²): each statistic is beyond its limit with a probability of at most 2 e^-21 = 1.5e-9, by bounds that hold for any number of values.</summary>
internal static class NormalFit
{
    private const double Doubt = 21;

    /// <summary>Fails where values are no independent draws.</summary>
    /// <param name="values">Some thousands; the limits on their variance are then a few hundredths.</param>
    /// <param name="sigma">σ.</param>
    public static void Check(IReadOnlyCollection<double> values, double sigma)
    {
        double[] sorted = [.. values.Select(value => value / sigma).Order()];
        var (n, distance) = ((double)sorted.Length, 0.0);
        for (var i = 0; i < sorted.Length; i++) distance = Math.Max(distance, Math.Max((i + 1) / n - Cumulative(sorted[i]), Cumulative(sorted[i]) - i / n));
        // Kolmogorov's distance, with the constant of Massart, Annals of Probability 1990.
        Assert.InRange(distance, 0, Math.Sqrt(Doubt / (2 * n)));
        // A chi-square of n degrees of freedom: Laurent and Massart, Annals of Statistics 2000, lemma 1.
        Assert.InRange(sorted.Sum(value => value * value), n - 2 * Math.Sqrt(n * Doubt), n + 2 * Math.Sqrt(n * Doubt) + 2 * Doubt);
    }

    /// <summary>Fails where two noises have something in common. Their product's sum is normal to good approximation, and beyond six and a half standard deviations once in ten thousand million times.</summary>
    public static void CheckUnrelated(IReadOnlyCollection<double> some, IReadOnlyCollection<double> others, double sigma) =>
        Assert.InRange(Math.Abs(some.Zip(others, (first, second) => first * second).Sum()) / (sigma * sigma), 0, 6.5 * Math.Sqrt(some.Count));

    // Marsaglia, Journal of Statistical Software 2004: Φ(x) = 1/2 + φ(x) (x + x³/3 + x⁵/(3 · 5) + ...).
    private static double Cumulative(double x)
    {
        if (Math.Abs(x) > 7) return x > 0 ? 1 : 0;
        var (term, sum) = (x, 0.0);
        for (var k = 3; sum + term != sum; k += 2) (sum, term) = (sum + term, term * x * x / k);
        return 0.5 + sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
    }
}
