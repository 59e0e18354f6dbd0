using Federated.Core.Privacy.Accounting;

namespace Federated.Core.Tests.Privacy.Accounting;

public sealed class AnalyticGaussianTests
{
    // Google's dp_accounting: pld_privacy_accountant_test.py (three releases of σ = √3 are one of σ = 1) and pld/accountant_test.py (σ = 1/3).
    [Theory]
    [InlineData(1.0, 1.0, 0.126936, 1e-6)]
    [InlineData(1.0 / 3, 1.0, 0.78760074, 1e-8)]
    public void Delta_has_the_published_values(double sigma, double epsilon, double delta, double digits)
    {
        Assert.Equal(delta, AnalyticGaussian.Delta(sigma, epsilon), digits);
        Assert.Equal(epsilon, AnalyticGaussian.Epsilon(sigma, AnalyticGaussian.Delta(sigma, epsilon)), 1e-9);
    }

    [Theory]
    [InlineData(0.5, 3.0)]
    [InlineData(2.0, 0.4)]
    [InlineData(1.3, 0.0)]
    public void Delta_is_the_integral_of_what_one_density_exceeds_the_other_by(double sigma, double epsilon) =>
        Assert.Equal(Density.HockeyStick(1, sigma, epsilon, remove: true), AnalyticGaussian.Delta(sigma, epsilon), 1e-8);

    [Fact]
    public void Epsilon_is_0_where_the_total_variation_is_at_most_delta()
    {
        // δ(0) = Φ(1/2σ) - Φ(-1/2σ) = erf(1 / (2 √2 σ)); for σ = 100 that is 0.00398938...
        Assert.Equal(0, AnalyticGaussian.Epsilon(100, 0.00399));
        Assert.True(AnalyticGaussian.Epsilon(100, 0.00398) > 0);
    }

    [Fact]
    public void Tiny_deltas_keep_their_digits()
    {
        // Mills' ratio: log Φ(-x) ≈ -x²/2 - log(x √2π) - 1/x². δ(ε) is between Φ(1/2σ - εσ) / 2 of its first term and that term.
        var delta = AnalyticGaussian.Delta(1, 30);
        var first = -29.5 * 29.5 / 2 - Math.Log(29.5 * Math.Sqrt(2 * Math.PI)) - 1 / (29.5 * 29.5);
        Assert.InRange(Math.Log(delta), first - 5, first);
    }
}
