namespace Federated.Core.Privacy.Accounting;

/// <summary>What accounting needs of real functions and .NET lacks, to a relative error of about 1e-13, also far out in the tails.</summary>
internal static class SpecialFunctions
{
    private static readonly double LogSqrtPi = 0.5 * Math.Log(Math.PI);

    /// <summary>log erfc(x).</summary>
    public static double LogErfc(double x) => x switch
    {
        < -2 => Math.Log(2 - Math.Exp(LogErfc(-x))),
        < 2 => Math.Log(x < 0 ? 1 + Erf(-x) : 1 - Erf(x)),
        _ => -x * x - LogSqrtPi - Math.Log(Tail(x)),
    };

    /// <summary>log Φ(x), Φ the distribution function of the standard normal.</summary>
    public static double LogNormal(double x) => LogErfc(-x / Math.Sqrt(2)) - Math.Log(2);

    /// <summary>Φ(x).</summary>
    public static double Normal(double x) => Math.Exp(LogNormal(x));

    /// <summary>log(1 + x), x above -1 (Kahan's correction of the rounded sum).</summary>
    public static double Log1P(double x)
    {
        var sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * (x / (sum - 1));
    }

    /// <summary>e^x - 1 (Kahan's correction).</summary>
    public static double ExpM1(double x)
    {
        var power = Math.Exp(x);
        if (power == 1) return x;
        var difference = power - 1;
        return difference == -1 || double.IsInfinity(power) ? difference : difference * (x / Math.Log(power));
    }

    /// <summary>log(e^a + e^b).</summary>
    public static double LogAdd(double a, double b)
    {
        var (low, high) = a < b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(low) || double.IsPositiveInfinity(high) ? high : high + Log1P(Math.Exp(low - high));
    }

    /// <summary>log(e^a - e^b), a at least b.</summary>
    public static double LogSubtract(double a, double b)
    {
        if (double.IsNegativeInfinity(b)) return a;
        return a > b ? a + Math.Log(-ExpM1(b - a)) : double.NegativeInfinity;
    }

    // erf(x) = 2/√π e^(-x²) (x + 2/3 x³ + 4/15 x⁵ + ...), every term positive; x in 0..2.
    private static double Erf(double x)
    {
        var (term, sum) = (x, x);
        for (var n = 1; term > sum * 1e-17; n++) sum += term *= 2 * x * x / (2 * n + 1);
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    // Laplace's continued fraction x + (1/2) / (x + (2/2) / (x + (3/2) / ...)), from the far end; x from 2.
    private static double Tail(double x)
    {
        var value = x;
        for (var k = (int)(400 / (x * x)) + 20; k >= 1; k--) value = x + k / (2 * value);
        return value;
    }
}
