namespace Federated.Core.Tests.Privacy.SecureAggregation;

/// <summary>Pearson's test of uniformity with 256 cells: 255 degrees of freedom. The bounds are the quantiles at 10^-6 and 1 - 10^-6 by Wilson and Hilferty's approximation, d (1 - 2/(9d) ± 4.7534 √(2/(9d)))^3, so that a test of
/// uniform bytes raises a false alarm once in 500,000 seeds.</summary>
internal static class ChiSquare
{
    private const double Degrees = 255;
    private const double Quantile = 4.7534;

    public static double Lowest { get; } = Degrees * Math.Pow(1 - 2 / (9 * Degrees) - Quantile * Math.Sqrt(2 / (9 * Degrees)), 3);

    public static double Highest { get; } = Degrees * Math.Pow(1 - 2 / (9 * Degrees) + Quantile * Math.Sqrt(2 / (9 * Degrees)), 3);

    public static double Of(IEnumerable<byte> bytes)
    {
        var counts = new long[256];
        foreach (var value in bytes) counts[value]++;
        var expected = counts.Sum() / 256.0;
        return counts.Sum(count => (count - expected) * (count - expected) / expected);
    }

    public static void AssertUniform(IEnumerable<byte> bytes) => Assert.InRange(Of(bytes), Lowest, Highest);
}
