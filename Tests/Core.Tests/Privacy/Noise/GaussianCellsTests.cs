using System.Numerics;
using Federated.Core.Privacy.Noise;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Privacy.Noise;

public sealed class GaussianCellsTests
{
    // σ = 300.5 cells, about the middle of what the fast path is made for.
    private static readonly Rational C = new(4, 2 * 601 * 601);

    // A place is kept exactly when the uniform number is at least 1 - e^-γ: just below it never, just above it always, whichever path decides. 1 - e^-γ in float64 is good for 2^-53, so
    // the numbers are 2^-49 away from it, and go to the exact path; those a fifth away are decided by the fast one.
    [Fact]
    public void Places_are_kept_with_exactly_their_probability()
    {
        var (cells, stream) = (new GaussianCells(C), new RandomStream(3));
        var random = new SeededSecureRandom(3);
        using var bits = new SecureBits(random);
        for (var i = 0; i < 20000; i++)
        {
            var (cell, place) = (stream.Next(4000), stream.NextUInt64());
            var u = place / Math.Pow(2, 64);
            var gamma = u * (2 * cell + u) * 2 / (601.0 * 601);
            var drop = (gamma - gamma * gamma / 2 + Math.Pow(gamma, 3) / 6 - Math.Pow(gamma, 4) / 24 + Math.Pow(gamma, 5) / 120 - Math.Pow(gamma, 6) / 720 + Math.Pow(gamma, 7) / 5040) * Math.Pow(2, 64);
            if (drop < 1L << 17) continue;
            Assert.False(cells.Keeps(cell, place, whole: false, (ulong)drop - (1 << 15), bits));
            Assert.True(cells.Keeps(cell, place, whole: false, (ulong)drop + (1 << 15), bits));
            Assert.False(cells.Keeps(cell, place, whole: false, (ulong)(0.8 * drop), bits));
            Assert.True(cells.Keeps(cell, place, whole: false, (ulong)(1.2 * drop), bits));
            Assert.False(cells.Keeps(cell, place, whole: true, (ulong)drop - (1 << 15), bits));
            Assert.True(cells.Keeps(cell, place, whole: true, (ulong)drop + (1 << 15), bits));
        }
    }

    [Fact]
    public void A_place_at_a_cells_beginning_is_always_kept()
    {
        var random = new SeededSecureRandom(4);
        using var bits = new SecureBits(random);
        // With all of u known to be 0, 1 - e^-γ is 0 and even a uniform number that begins with 64 zeros is at least that.
        Assert.True(new GaussianCells(C).Keeps(5, 0, whole: true, uniform: 0, bits));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(50, 1)]
    [InlineData(1, 1000000)]
    public void The_series_is_the_exponential(int numerator, int denominator)
    {
        var scaled = ExponentialSeries.Minus(new(numerator, denominator), 160);
        Assert.Equal(1, (double)scaled / Math.Pow(2, 160) / Math.Exp(-(double)numerator / denominator), 1e-14);
        // And to all its digits: e^-x e^-x is e^-2x.
        var twice = ExponentialSeries.Minus(new(2 * numerator, denominator), 160);
        Assert.True(BigInteger.Abs(((scaled * scaled) >> 160) - twice) <= 4);
    }

    [Fact]
    public void A_rational_is_the_double_to_the_bit()
    {
        var half = Rational.Of(0.75);
        Assert.Equal(half.Denominator * 3, half.Numerator * 4);
        Assert.Equal(new(1, BigInteger.One << 1074), Rational.Of(double.Epsilon));
        Assert.Equal(new(((BigInteger.One << 53) - 1) << 971, 1), Rational.Of(double.MaxValue));
        Assert.Equal(new((BigInteger.One << 52) + 1, BigInteger.One << 52), Rational.Of(Math.BitIncrement(1.0)));
    }
}
