using Federated.Core.Privacy.Accounting.Events;
using Federated.Core.Privacy.Accounting.Renyi;

namespace Federated.Core.Tests.Privacy.Accounting;

/// <summary>The theorems' bounds beside the divergences themselves, summed over exact probabilities in one dimension.</summary>
public sealed class IntegerNoiseRenyiTests
{
    private const int Span = 400;

    [Theory]
    [InlineData(1, 9.0, 1, 2)]
    [InlineData(1, 9.0, 3, 16)]
    [InlineData(5, 1.0, 1, 2)]
    [InlineData(5, 1.0, 2, 8)]
    [InlineData(20, 0.5, 3, 4)]
    public void A_sum_of_discrete_gaussians_is_bounded_and_nearly_as_good(int summands, double variance, int shift, double order)
    {
        var one = Normalised(k => Math.Exp(-k * (double)k / (2 * variance)));
        var sum = one;
        for (var i = 1; i < summands; i++) sum = Convolved(sum, one);
        var exact = Divergence(sum, shift, order);
        // A shift by s in one dimension has Δ1 = Δ2 = s.
        Assert.InRange(IntegerNoiseRenyi.DiscreteGaussianSum(new(summands, variance, shift, shift, 1), order), exact * (1 - 1e-9), exact * 1.05 + 0.3);
    }

    // Noise of one client alone is Theorem 4 of Canonne, Kamath, Steinke: the Gaussian's α Δ² / 2σ² to the bit.
    [Fact]
    public void One_discrete_gaussian_is_bounded_like_a_gaussian() =>
        Assert.Equal(7 * 9 / (2 * 2.5), IntegerNoiseRenyi.DiscreteGaussianSum(new(1, 2.5, 3, 3, 1000), 7), 1e-12);

    // By hand, n = 3 and σ² = 1/4: 10 (e^(-π²/4) + e^(-π²/3)) with 2π²σ² k/(k+1) = (π²/2) (1/2), (π²/2) (2/3).
    [Fact]
    public void Tau_is_as_worked_out_by_hand() =>
        Assert.Equal(10 * (Math.Exp(-Math.PI * Math.PI / 4) + Math.Exp(-Math.PI * Math.PI / 3)), IntegerNoiseRenyi.Tau(3, 0.25), 1e-12);

    // By hand: n = 4, σ² = 4, so √n σ = 4; Δ2 = 2, Δ1 = 4, d = 100; τ is 10 (e^-39.5 + ...) and nothing, so the three bounds are α/2 · 1/4.
    [Fact]
    public void Enough_noise_a_client_makes_the_sum_a_gaussian_of_the_whole_variance() =>
        Assert.Equal(5 / 2.0 / 4, IntegerNoiseRenyi.DiscreteGaussianSum(new(4, 4, 2, 4, 100), 5), 1e-9);

    [Theory]
    [InlineData(10.0, 1, 2)]
    [InlineData(40.0, 2, 4)]
    [InlineData(100.0, 3, 8)]
    public void Skellam_noise_is_bounded_and_nearly_as_good(double variance, int shift, double order)
    {
        var poisson = new double[2 * Span + 1];
        poisson[Span] = Math.Exp(-variance / 2);
        for (var k = 1; k <= Span; k++) poisson[Span + k] = poisson[Span + k - 1] * (variance / 2) / k;
        var exact = Divergence(Convolved(poisson, [.. poisson.Reverse()]), shift, order);
        Assert.InRange(IntegerNoiseRenyi.Skellam(new(variance, shift, shift), order), exact, exact * 1.3);
    }

    // By hand: α Δ2²/2μ + min(((2α-1) Δ2² + 6Δ1)/4μ², 3Δ1/2μ) with α = 2, μ = 8, Δ2 = 2, Δ1 = 4: 8/16 + min(36/256, 12/16).
    [Fact]
    public void Skellam_is_as_worked_out_by_hand()
    {
        Assert.Equal(0.5 + 36.0 / 256, IntegerNoiseRenyi.Skellam(new(8, 2, 4), 2), 1e-12);
        Assert.Equal(IntegerNoiseRenyi.Skellam(new(8, 2, 4), 3), IntegerNoiseRenyi.Skellam(new(8, 2, 4), 2.1));   // the theorem is one of integers
        Assert.Equal(double.PositiveInfinity, IntegerNoiseRenyi.Skellam(new(0, 2, 4), 2));
    }

    // The event's bound beside the largest Σ (participations below a node)² over every pattern that is allowed.
    [Theory]
    [InlineData(7, 1, 1)]
    [InlineData(8, 1, 1)]
    [InlineData(8, 3, 1)]
    [InlineData(8, 2, 4)]
    [InlineData(12, 4, 3)]
    [InlineData(13, 3, 5)]
    public void A_trees_sensitivity_bounds_every_pattern_of_participation(int leaves, int participations, int separation)
    {
        var most = 0;
        for (var pattern = 0; pattern < 1 << leaves; pattern++)
        {
            var steps = Enumerable.Range(0, leaves).Where(step => (pattern >> step & 1) == 1).ToArray();
            if (steps.Length > participations || steps.Zip(steps.Skip(1), (a, b) => b - a).Any(gap => gap < separation)) continue;
            var sum = 0;
            for (var width = 1; width <= leaves; width *= 2) sum += steps.GroupBy(step => step / width).Where(node => (node.Key + 1) * width <= leaves).Sum(node => node.Count() * node.Count());
            most = Math.Max(most, sum);
        }
        var bound = new TreeEvent(1, leaves, participations, separation).SquaredSensitivity;
        Assert.InRange(bound, most, 1.5 * most);
        if (participations == 1) Assert.Equal(most, bound);
    }

    private static double[] Normalised(Func<int, double> weight)
    {
        var weights = Enumerable.Range(-Span, 2 * Span + 1).Select(weight).ToArray();
        var sum = weights.Sum();
        return [.. weights.Select(value => value / sum)];
    }

    private static double[] Convolved(double[] a, double[] b)
    {
        var sum = new double[2 * Span + 1];
        for (var i = -Span; i <= Span; i++)
            for (var j = Math.Max(-Span, -Span - i); j <= Math.Min(Span, Span - i); j++)
                sum[i + j + Span] += a[i + Span] * b[j + Span];
        return sum;
    }

    // D_α of a distribution shifted against itself; where either probability underflows its share is nothing.
    private static double Divergence(double[] p, int shift, double order)
    {
        var sum = 0.0;
        for (var i = shift; i < p.Length; i++)
            if (p[i] > 1e-200 && p[i - shift] > 1e-200)
                sum += p[i] * Math.Pow(p[i - shift] / p[i], order);
        return Math.Log(sum) / (order - 1);
    }
}
