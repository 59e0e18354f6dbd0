using System.Numerics;
using Federated.Core.Privacy;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Noise;

namespace Federated.Core.Tests.Privacy.Noise;

/// <summary>Every sampler against its exact probabilities: chi-square with a false-alarm rate of 3.4e-6 each (<see cref="GoodnessOfFit"/>), moments with five standard errors
/// (5.7e-7), fixed seeds.</summary>
public sealed class SamplerTests
{
    private const int Draws = 200_000;

    [Theory]
    [InlineData(1.0)]
    [InlineData(3.7)]
    [InlineData(40.25)]
    [InlineData(256.0)]
    public void Grid_noise_is_a_rounded_gaussian(double sigma)
    {
        var draws = Draw(new GridGaussian(sigma).Fill, 21);
        GoodnessOfFit.Check(draws, k => Between(k - 0.5, k + 0.5, sigma), (long)(-6 * sigma), (long)(6 * sigma));
        Moments(draws, sigma * sigma + 1.0 / 12);
    }

    // A wide grid is looked at in bins of a sixteenth of σ for its shape, and by residues for what the cells (2^m wide) leave inside them.
    [Theory]
    [InlineData(700.5)]
    [InlineData(1234567.875)]
    [InlineData(1.1e12)]
    [InlineData(1.0e15)]
    public void Grid_noise_is_a_gaussian_on_wide_grids_too(double sigma)
    {
        var draws = Draw(new GridGaussian(sigma).Fill, 22);
        var bin = Math.Floor(sigma / 16);
        GoodnessOfFit.Check([.. draws.Select(draw => (long)Math.Floor(draw / bin))], k => Between(k * bin - 0.5, (k + 1) * bin - 0.5, sigma), -100, 100);
        GoodnessOfFit.Check([.. draws.Select(draw => ((draw % 16) + 16) % 16)], _ => 1.0 / 16, 0, 15);
        Moments(draws, sigma * sigma);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    [InlineData(18.3)]
    [InlineData(4000.0)]
    public void Discrete_gaussians_have_their_probabilities(double variance)
    {
        var probability = Normalised(k => Math.Exp(-k * (double)k / (2 * variance)), 3000);
        var draws = Draw(new DiscreteGaussian(variance).Fill, 23);
        GoodnessOfFit.Check(draws, probability, -3000, 3000);
        Moments(draws, Enumerable.Range(-3000, 6001).Sum(k => k * (double)k * probability(k)));
    }

    // From σ = 512 on values come out of cells of several integers. At σ = 1024 a cell is 4; at 10^6, 2^11.
    [Theory]
    [InlineData(1024.0)]
    [InlineData(1e6)]
    [InlineData(1e14)]
    public void Discrete_gaussians_are_gaussian_when_wide(double sigma)
    {
        var draws = Draw(new DiscreteGaussian(sigma * sigma).Fill, 24);
        // Sums over a bin of many integers differ from the integral by less than 1e-6 of it, far below what 200000 draws show.
        var bin = Math.Floor(sigma / 16);
        GoodnessOfFit.Check([.. draws.Select(draw => (long)Math.Floor(draw / bin))], k => Between(k * bin - 0.5, (k + 1) * bin - 0.5, sigma), -100, 100);
        GoodnessOfFit.Check([.. draws.Select(draw => ((draw % 8) + 8) % 8)], _ => 1.0 / 8, 0, 7);
        Moments(draws, sigma * sigma);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(5, 2)]
    [InlineData(61, 3)]
    public void The_exact_sampler_has_the_discrete_gaussian(int numerator, int denominator)
    {
        var random = new SeededSecureRandom(25);
        var draws = Enumerable.Range(0, 20_000).Select(_ => (long)ExactSampler.DiscreteGaussian(numerator, denominator, random)).ToArray();
        var variance = (double)numerator / denominator;
        GoodnessOfFit.Check(draws, Normalised(k => Math.Exp(-k * (double)k / (2 * variance)), 200), -200, 200);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(7, 2)]
    [InlineData(5, 1)]
    public void The_exact_sampler_has_the_discrete_laplace(int numerator, int denominator)
    {
        var random = new SeededSecureRandom(26);
        var draws = Enumerable.Range(0, 20_000).Select(_ => (long)ExactSampler.DiscreteLaplace(numerator, denominator, random)).ToArray();
        GoodnessOfFit.Check(draws, Normalised(k => Math.Exp(-Math.Abs(k) * (double)denominator / numerator), 400), -400, 400);
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(2.0)]
    [InlineData(37.5)]
    [InlineData(900.0)]
    public void Skellam_noise_has_its_probabilities(double variance)
    {
        var draws = Draw(new Skellam(variance).Fill, 27);
        var poisson = new double[1200];
        for (var k = 0; k < poisson.Length; k++) poisson[k] = Math.Exp(k * Math.Log(variance / 2) - variance / 2 - Enumerable.Range(1, k).Sum(i => Math.Log(i)));
        GoodnessOfFit.Check(draws, k => Enumerable.Range(0, poisson.Length - (int)Math.Abs(k)).Sum(i => poisson[i] * poisson[i + (int)Math.Abs(k)]), -150, 150);
        Moments(draws, variance);
    }

    [Fact]
    public void Skellam_noise_of_the_largest_variance_is_nearly_gaussian() => Moments(Draw(new Skellam(1 << 24).Fill, 28), 1 << 24);

    [Fact]
    public void Tables_draw_by_their_weights()
    {
        BigInteger[] weights = [0, 5, 0, 1, 94, 0, 0];
        var random = new SeededSecureRandom(29);
        using var bits = new SecureBits(random);
        var table = new ThresholdTable(weights);
        GoodnessOfFit.Check([.. Enumerable.Range(0, Draws).Select(_ => (long)table.Draw(bits))], k => (double)weights[(int)k] / 100, 0, 6);
        Assert.Equal(0, new ThresholdTable([7]).Draw(bits));
    }

    // Whole bytes of ones and zeros are the ends of every table: no draw may fall off it.
    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    public void The_ends_of_the_uniform_numbers_are_the_ends_of_the_table(byte all)
    {
        using var bits = new SecureBits(new ConstantRandom(all));
        Assert.Equal(all == 0 ? 0 : 2, new ThresholdTable([1, 1, 1]).Draw(bits));
    }

    [Fact]
    public void Two_fills_do_not_repeat_each_other()
    {
        var noise = new GridGaussian(1e6);
        var (first, second) = (new long[1000], new long[1000]);
        noise.Fill(first, SystemRandom.Instance);
        noise.Fill(second, SystemRandom.Instance);
        Assert.True(first.Zip(second).Count(pair => pair.First == pair.Second) < 5);   // one pair is equal with probability 3e-7
    }

    [Fact]
    public void Widths_out_of_range_are_refused()
    {
        Action[] wrong =
        [
            () => _ = new GridGaussian(0.99), () => _ = new GridGaussian(2e15), () => _ = new GridGaussian(double.NaN), () => _ = new DiscreteGaussian(0), () => _ = new DiscreteGaussian(2e30),
            () => _ = new DiscreteGaussian(double.NaN), () => _ = new Skellam(0), () => _ = new Skellam((1 << 24) + 1), () => _ = new Skellam(double.NaN),
            () => ExactSampler.DiscreteGaussian(0, 1, SystemRandom.Instance), () => ExactSampler.DiscreteLaplace(1, -1, SystemRandom.Instance),
        ];
        Assert.All(wrong, action => Assert.Throws<ArgumentOutOfRangeException>(action));
    }

    private delegate void Filler(Span<long> noise, ISecureRandom random);

    private static long[] Draw(Filler fill, ulong seed)
    {
        var random = new SeededSecureRandom(seed);
        var draws = new long[Draws];
        fill(draws, random);
        return draws;
    }

    // Mean 0 and the variance within five standard errors; the fourth moment of all these is at most 3 variance² + variance.
    private static void Moments(long[] draws, double variance)
    {
        Assert.Equal(0, draws.Average(draw => (double)draw), 5 * Math.Sqrt(variance / Draws));
        Assert.Equal(variance, draws.Average(draw => (double)draw * draw), 5 * Math.Sqrt((2 * variance * variance + variance) / Draws));
    }

    private static double Between(double low, double high, double sigma) => SpecialFunctions.Normal(high / sigma) - SpecialFunctions.Normal(low / sigma);

    private static Func<long, double> Normalised(Func<long, double> weight, int span)
    {
        var sum = Enumerable.Range(-span, 2 * span + 1).Sum(k => weight(k));
        return k => weight(k) / sum;
    }

    private sealed class ConstantRandom(byte value) : ISecureRandom
    {
        public void Fill(Span<byte> bytes) => bytes.Fill(value);
    }
}
