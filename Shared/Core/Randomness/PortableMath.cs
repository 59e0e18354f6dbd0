namespace Federated.Core.Randomness;

/// <summary>Logarithm and exponential from additions, multiplications and divisions alone, whose results IEEE 754 fixes to the bit. Math.Log and
/// Math.Exp call the platform's C library, and one differing last bit could move an example to another client on another platform.
/// Error below 4 units in the last place.</summary>
internal static class PortableMath
{
    private const double Ln2High = 6.93147180369123816490e-01;   // 33 bits: its product with an exponent is exact
    private const double Ln2Low = 1.90821492927058770002e-10;

    /// <summary>Natural logarithm of a positive, normal, finite number.</summary>
    public static double Log(double x)
    {
        if (!double.IsNormal(x) || x < 0) throw new ArgumentOutOfRangeException(nameof(x), x, "Must be positive, normal and finite.");
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)((bits >> 52) & 0x7FF) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (mantissa > 1.4142135623730951) (mantissa, exponent) = (mantissa / 2, exponent + 1);
        // log m = 2 artanh s = 2 (s + s^3/3 + s^5/5 + ...) with |s| <= 0.1716: eleven terms reach 2^-56.
        var s = (mantissa - 1) / (mantissa + 1);
        var (square, sum) = (s * s, 0.0);
        for (var k = 21; k >= 3; k -= 2) sum = (sum + 1.0 / k) * square;
        return exponent * Ln2High + (exponent * Ln2Low + 2 * (s + s * sum));
    }

    /// <summary>e to the power of x, for x of at most 0; 0 where that is below the smallest normal number.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x) || x > 0) throw new ArgumentOutOfRangeException(nameof(x), x, "Must be at most 0.");
        if (x < -708) return 0;
        var exponent = (int)Math.Round(x / (Ln2High + Ln2Low));
        var r = x - exponent * Ln2High - exponent * Ln2Low;
        var sum = 1.0;   // Taylor's series by Horner; |r| <= 0.3466, so fourteen terms reach 2^-56.
        for (var k = 14; k >= 1; k--) sum = 1 + r / k * sum;
        return Math.ScaleB(sum, exponent);
    }
}
