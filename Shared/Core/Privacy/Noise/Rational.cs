using System.Numerics;

namespace Federated.Core.Privacy.Noise;

/// <summary>A positive fraction of integers, not reduced.</summary>
/// <param name="Numerator">Above 0.</param>
/// <param name="Denominator">Above 0.</param>
internal readonly record struct Rational(BigInteger Numerator, BigInteger Denominator)
{
    /// <summary>The number that a positive finite double is, exactly.</summary>
    public static Rational Of(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var (exponent, fraction) = ((int)(bits >> 52) & 0x7FF, bits & ((1L << 52) - 1));
        var (mantissa, shift) = exponent == 0 ? (fraction, -1074) : (fraction | (1L << 52), exponent - 1075);
        return shift >= 0 ? new((BigInteger)mantissa << shift, 1) : new(mantissa, BigInteger.One << -shift);
    }

    /// <summary>The fraction times 2^power.</summary>
    public Rational Times2ToThe(int power) => power >= 0 ? new(Numerator << power, Denominator) : new(Numerator, Denominator << -power);

    /// <summary>The integer part of the fraction times 2^bits.</summary>
    public BigInteger Scaled(int bits) => (Numerator << bits) / Denominator;
}
