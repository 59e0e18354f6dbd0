using Federated.Core.Randomness;

namespace Federated.Core.Tests.Randomness;

public sealed class PortableMathTests
{
    private const double FourUlps = 4 * 2.2e-16;

    [Fact]
    public void Log_agrees_with_the_platforms_to_four_units_in_the_last_place()
    {
        var stream = new RandomStream(1);
        for (var i = 0; i < 100_000; i++)
        {
            var x = Math.ScaleB(1 + stream.NextDouble(), stream.Next(200) - 150);
            var expected = Math.Log(x);
            Assert.True(Math.Abs(PortableMath.Log(x) - expected) <= FourUlps * Math.Abs(expected), $"log {x:R}");
        }
    }

    [Fact]
    public void Exp_agrees_with_the_platforms_to_four_units_in_the_last_place()
    {
        var stream = new RandomStream(2);
        for (var i = 0; i < 100_000; i++)
        {
            var x = -700 * stream.NextDouble() * stream.NextDouble();
            var expected = Math.Exp(x);
            Assert.True(Math.Abs(PortableMath.Exp(x) - expected) <= FourUlps * expected, $"exp {x:R}");
        }
    }

    [Fact]
    public void Exact_points_are_exact()
    {
        Assert.Equal(0, PortableMath.Log(1));
        Assert.Equal(Math.Log(2), PortableMath.Log(2));
        Assert.Equal(1, PortableMath.Exp(0));
        Assert.Equal(0, PortableMath.Exp(-1000));
        Assert.Equal(0, PortableMath.Exp(double.NegativeInfinity));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Log_outside_its_domain_is_refused(double x) => Assert.Throws<ArgumentOutOfRangeException>(() => PortableMath.Log(x));

    [Theory]
    [InlineData(1e-9)]
    [InlineData(double.NaN)]
    public void Exp_outside_its_domain_is_refused(double x) => Assert.Throws<ArgumentOutOfRangeException>(() => PortableMath.Exp(x));
}
