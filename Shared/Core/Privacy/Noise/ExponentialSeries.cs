using System.Numerics;

namespace Federated.Core.Privacy.Noise;

/// <summary>The exponential function in fixed point, by integers alone.</summary>
internal static class ExponentialSeries
{
    private const int Guard = 64;

    /// <summary>e^-x as a multiple of 2^-bits, with an error below 2^-bits. The argument is halved until it is small, and the result squared as often.</summary>
    /// <param name="x">Above 0.</param>
    /// <param name="bits">At least 1.</param>
    public static BigInteger Minus(Rational x, int bits)
    {
        var halvings = Math.Max(0, (int)(x.Numerator.GetBitLength() - x.Denominator.GetBitLength()) + 9);   // x 2^-halvings is below 2^-8
        var precision = bits + halvings + Guard;
        var value = (BigInteger.One << precision) - OneMinusExp(x.Scaled(precision) >> halvings, precision);
        for (var i = 0; i < halvings; i++) value = (value * value) >> precision;
        return value >> (precision - bits);
    }

    /// <summary>1 - e^-x for x = <paramref name="scaled"/> 2^-bits in [0, 1), as a multiple of 2^-bits, with an error below 2^-bits times the number of terms (less than
    /// 64 + bits / 4): x - x²/2! + x³/3! - ...</summary>
    public static BigInteger OneMinusExp(BigInteger scaled, int bits)
    {
        var (term, sum) = (scaled, scaled);
        for (var i = 2; !term.IsZero; i++)
        {
            term = ((term * scaled) >> bits) / i;
            sum += i % 2 == 0 ? -term : term;
        }
        return sum;
    }
}
