using Federated.Core.Privacy.Accounting;

namespace Federated.Core.Tests.Privacy.Accounting;

public sealed class SpecialFunctionsTests
{
    // Abramowitz and Stegun, tables 7.1 and 7.3, and further digits of the same functions.
    [Theory]
    [InlineData(-3.0, 1.9999779095030015)]
    [InlineData(0.0, 1.0)]
    [InlineData(0.5, 0.4795001221869535)]
    [InlineData(1.0, 0.15729920705028513)]
    [InlineData(2.0, 0.004677734981047266)]
    [InlineData(3.0, 2.209049699858544e-5)]
    [InlineData(5.0, 1.5374597944280349e-12)]
    [InlineData(10.0, 2.088487583762545e-45)]
    public void Erfc_has_its_tabled_values(double x, double expected) => Assert.Equal(1, Math.Exp(SpecialFunctions.LogErfc(x)) / expected, 1e-12);

    [Fact]
    public void The_two_ways_to_erfc_meet() => Assert.Equal(SpecialFunctions.LogErfc(2 - 1e-12), SpecialFunctions.LogErfc(2 + 1e-12), 2e-11);

    [Theory]
    [InlineData(-1.0, 0.15865525393145707)]
    [InlineData(1.959963984540054, 0.975)]
    [InlineData(-10.0, 7.619853024160527e-24)]
    public void The_normal_distribution_has_its_tabled_values(double x, double expected) => Assert.Equal(1, SpecialFunctions.Normal(x) / expected, 1e-12);

    // 1 + x - 1 loses nine digits at 1e-9; the series x - x²/2 and x + x²/2 are right to the last.
    [Fact]
    public void Logarithm_and_exponential_keep_their_digits_near_zero()
    {
        Assert.Equal(1e-9 - 5e-19, SpecialFunctions.Log1P(1e-9), 1e-24);
        Assert.Equal(1e-9 + 5e-19, SpecialFunctions.ExpM1(1e-9), 1e-24);
        Assert.Equal(-1, SpecialFunctions.ExpM1(-100));
        Assert.Equal(Math.Log(3), SpecialFunctions.LogAdd(Math.Log(1), Math.Log(2)), 1e-15);
        Assert.Equal(Math.Log(2), SpecialFunctions.LogSubtract(Math.Log(5), Math.Log(3)), 1e-15);
    }
}
