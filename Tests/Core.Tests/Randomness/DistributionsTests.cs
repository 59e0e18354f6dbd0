using Federated.Core.Randomness;

namespace Federated.Core.Tests.Randomness;

public sealed class DistributionsTests
{
    private const int Draws = 200_000;

    [Fact]
    public void Gaussian_draws_have_mean_0_variance_1_and_the_normal_quantiles()
    {
        var stream = new RandomStream(11);
        var values = Enumerable.Range(0, Draws).Select(_ => stream.NextGaussian()).ToArray();
        Assert.Equal(0, values.Average(), 5 / Math.Sqrt(Draws));
        Assert.Equal(1, values.Average(value => value * value), 5 * Math.Sqrt(2.0 / Draws));
        // Phi(-1) = 0.158655, Phi(0) = 0.5, Phi(1.959964) = 0.975; five standard errors are at most 0.0056.
        Assert.Equal(0.158655, values.Count(value => value < -1) / (double)Draws, 0.0056);
        Assert.Equal(0.5, values.Count(value => value < 0) / (double)Draws, 0.0056);
        Assert.Equal(0.975, values.Count(value => value < 1.959964) / (double)Draws, 0.0056);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    [InlineData(2.5)]
    [InlineData(30.0)]
    public void Gamma_draws_have_mean_and_variance_equal_to_the_shape(double shape)
    {
        var stream = new RandomStream(12);
        var values = Enumerable.Range(0, Draws).Select(_ => stream.NextGamma(shape)).ToArray();
        Assert.All(values, value => Assert.True(value > 0));
        Assert.Equal(shape, values.Average(), 5 * Math.Sqrt(shape / Draws));
        // The squared deviation's variance is mu4 - mu2^2 = (3 a^2 + 6 a) - a^2.
        Assert.Equal(shape, values.Average(value => (value - shape) * (value - shape)), 5 * Math.Sqrt((2 * shape * shape + 6 * shape) / Draws));
    }

    [Fact]
    public void Gamma_of_shape_1_has_the_exponential_median()
    {
        var stream = new RandomStream(13);
        var below = Enumerable.Range(0, Draws).Count(_ => stream.NextGamma(1) < Math.Log(2));
        Assert.Equal(0.5, below / (double)Draws, 0.0056);
    }

    [Theory]
    [InlineData(0.2, 0.3, 0.5)]
    [InlineData(2.0, 5.0, 3.0)]
    public void Dirichlet_draws_sum_to_1_with_the_distributions_means_and_variances(double a, double b, double c)
    {
        var (stream, concentration, total) = (new RandomStream(14), new[] { a, b, c }, a + b + c);
        var (draws, point) = (new List<double[]>(), new double[3]);
        for (var i = 0; i < 50_000; i++)
        {
            stream.NextDirichlet(concentration, point);
            Assert.Equal(1, point.Sum(), 1e-12);
            draws.Add([.. point]);
        }
        for (var i = 0; i < 3; i++)
        {
            var mean = concentration[i] / total;
            var variance = mean * (1 - mean) / (total + 1);
            Assert.Equal(mean, draws.Average(draw => draw[i]), 5 * Math.Sqrt(variance / 50_000));
            Assert.Equal(variance, draws.Average(draw => (draw[i] - mean) * (draw[i] - mean)), 0.03 * variance + 0.001);
        }
    }

    [Fact]
    public void Dirichlet_of_tiny_concentrations_puts_everything_on_one_component()
    {
        var (stream, point) = (new RandomStream(15), new double[4]);
        for (var i = 0; i < 100; i++)
        {
            stream.NextDirichlet([1e-6, 1e-6, 1e-6, 1e-6], point);
            Assert.Equal(1, point.Max(), 1e-9);
        }
    }

    [Fact]
    public void Dirichlet_component_with_concentration_0_is_0()
    {
        var point = new double[3];
        new RandomStream(16).NextDirichlet([1, 0, 1], point);
        Assert.Equal(0, point[1]);
        Assert.Equal(1, point.Sum(), 1e-12);
    }

    [Fact]
    public void Parameters_outside_their_range_are_refused()
    {
        var stream = new RandomStream(17);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.NextGamma(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.NextGamma(double.NaN));
        Assert.Throws<ArgumentException>(() => stream.NextDirichlet([0, 0], new double[2]));
        Assert.Throws<ArgumentException>(() => stream.NextDirichlet([1, 1], new double[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.NextDirichlet([1, -1], new double[2]));
    }
}
