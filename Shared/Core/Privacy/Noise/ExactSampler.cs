using System.Numerics;

namespace Federated.Core.Privacy.Noise;

/// <summary>The exact samplers of Canonne, Kamath, Steinke, "The discrete Gaussian for differential privacy", NeurIPS 2020 (arXiv:2004.00010), Algorithms 1 to 3: uniform integers and
/// comparisons alone, so that every probability is right to the last bit. Slow (microseconds a value); the measure for <see cref="DiscreteGaussian"/>.</summary>
/// <remarks>The time that a draw takes depends on the noise alone. Parameters are fractions of integers above 0; others give an <see cref="ArgumentOutOfRangeException"/>.</remarks>
public static class ExactSampler
{
    /// <summary>Discrete Gaussian of parameter σ² (Algorithm 3): the integer x with probability proportional to exp(-x² / (2σ²)).</summary>
    /// <param name="numerator">Of σ², above 0.</param>
    /// <param name="denominator">Of σ², above 0.</param>
    /// <param name="random">Source of the noise.</param>
    public static BigInteger DiscreteGaussian(BigInteger numerator, BigInteger denominator, ISecureRandom random)
    {
        Check(numerator, denominator);
        using var bits = new SecureBits(random);
        var t = SquareRoot(numerator / denominator) + 1;
        while (true)
        {
            var y = Laplace(t, 1, bits);
            // exp(-(|y| - σ²/t)² / (2σ²)) with σ² = n/d is exp(-(|y| d t - n)² / (2 n d t²)).
            var distance = BigInteger.Abs(y) * denominator * t - numerator;
            if (BernoulliExp(distance * distance, 2 * numerator * denominator * t * t, bits)) return y;
        }
    }

    /// <summary>Discrete Laplace of scale b (Algorithm 2): the integer x with probability proportional to exp(-|x| / b).</summary>
    /// <param name="numerator">Of b, above 0.</param>
    /// <param name="denominator">Of b, above 0.</param>
    /// <param name="random">Source of the noise.</param>
    public static BigInteger DiscreteLaplace(BigInteger numerator, BigInteger denominator, ISecureRandom random)
    {
        Check(numerator, denominator);
        using var bits = new SecureBits(random);
        return Laplace(numerator, denominator, bits);
    }

    private static BigInteger Laplace(BigInteger t, BigInteger s, SecureBits bits)
    {
        while (true)
        {
            var u = bits.NextBelow(t);
            if (!BernoulliExp(u, t, bits)) continue;
            var v = BigInteger.Zero;
            while (BernoulliExp(1, 1, bits)) v++;
            var magnitude = (u + t * v) / s;
            var negative = bits.NextBit();
            if (!magnitude.IsZero || !negative) return negative ? -magnitude : magnitude;
        }
    }

    // Algorithm 1: true with probability e^(-n/d).
    private static bool BernoulliExp(BigInteger numerator, BigInteger denominator, SecureBits bits)
    {
        for (; numerator > denominator; numerator -= denominator)
            if (!BernoulliSmall(denominator, denominator, bits))
                return false;
        return BernoulliSmall(numerator, denominator, bits);
    }

    private static bool BernoulliSmall(BigInteger numerator, BigInteger denominator, SecureBits bits)
    {
        var k = 1;
        while (bits.NextBelow(denominator * k) < numerator) k++;
        return k % 2 == 1;
    }

    private static BigInteger SquareRoot(BigInteger value)
    {
        if (value.IsZero) return value;
        var root = BigInteger.One << (int)((value.GetBitLength() + 1) / 2);   // from above, Newton's steps fall until they are there
        while (true)
        {
            var next = (root + value / root) >> 1;
            if (next >= root) return root;
            root = next;
        }
    }

    private static void Check(BigInteger numerator, BigInteger denominator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numerator, BigInteger.One);
        ArgumentOutOfRangeException.ThrowIfLessThan(denominator, BigInteger.One);
    }
}
