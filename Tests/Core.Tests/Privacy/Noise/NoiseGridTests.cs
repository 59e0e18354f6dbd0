using Federated.Core.Privacy.Noise;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Privacy.Noise;

public sealed class NoiseGridTests
{
    [Theory]
    [InlineData(1.0, 1.0, 1)]
    [InlineData(0.013, 0.2, 1_000_000)]
    [InlineData(300, 0.001, 10)]
    [InlineData(1e-30, 1e-30, 100)]
    [InlineData(1e-9, 1000, 5)]
    public void The_step_is_a_power_of_two_small_beside_the_clip(double sigma, double clip, long dimension)
    {
        var grid = new NoiseGrid(sigma, clip, dimension);
        Assert.Equal(0, BitConverter.DoubleToInt64Bits(grid.Step) & ((1L << 52) - 1));
        // Rounding moves neighbours apart by √d steps at most, and the noise has grown by as much: z is what was asked for.
        Assert.True(grid.Sigma / (clip + Math.Sqrt(dimension) * grid.Step) >= sigma / clip);
        Assert.InRange(grid.Sigma, sigma, sigma * 1.000002);
    }

    [Fact]
    public void Noised_values_are_whole_steps_and_carry_nothing_of_the_lower_bits()
    {
        var (grid, stream) = (new NoiseGrid(0.5, 1, 1000), new RandomStream(1));
        var values = Enumerable.Range(0, 1000).Select(_ => stream.NextDouble() - 0.5).ToArray();
        // Neighbours that differ far below the step are noised to the very same numbers.
        var (first, second) = ((double[])values.Clone(), values.Select(value => grid.Steps(value) * grid.Step + 0.3 * grid.Step).ToArray());
        grid.AddNoise(first, new SeededSecureRandom(31));
        grid.AddNoise(second, new SeededSecureRandom(31));
        Assert.Equal(first, second);
        Assert.All(first, value => Assert.Equal(0, Math.IEEERemainder(value, grid.Step)));
    }

    // Five standard errors of the mean and the variance: 5.7e-7 each.
    [Fact]
    public void The_noise_has_its_mean_and_variance_on_both_kinds_of_numbers()
    {
        const int Count = 200_000;
        var grid = new NoiseGrid(0.25, 1, Count);
        var random = new SeededSecureRandom(32);
        var (doubles, floats) = (Enumerable.Repeat(3.0, Count).ToArray(), Enumerable.Repeat(3f, Count).ToArray());
        grid.AddNoise(doubles, random);
        grid.AddNoise(floats, random);
        foreach (var values in (double[][])[doubles, [.. floats.Select(value => (double)value)]])
        {
            Assert.Equal(3, values.Average(), 5 * 0.25 / Math.Sqrt(Count));
            Assert.Equal(0.0625, values.Average(value => (value - 3) * (value - 3)), 5 * 0.0625 * Math.Sqrt(2.0 / Count));
        }
    }

    [Fact]
    public void Noise_alone_is_the_noise_that_is_added()
    {
        var grid = new NoiseGrid(2, 1, 64);
        var (steps, values) = (new long[64], new double[64]);
        grid.Fill(steps, new SeededSecureRandom(33));
        grid.AddNoise(values, new SeededSecureRandom(33));
        Assert.Equal(steps.Select(step => step * grid.Step), values);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e30)]
    public void Values_that_the_grid_cannot_hold_are_refused(double value)
    {
        var random = new SeededSecureRandom(34);
        Assert.Contains("finite value of at most", Assert.Throws<ArgumentException>(() => new NoiseGrid(1, 1, 1).AddNoise([value], random)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(double.NaN, 1, 1)]
    [InlineData(1, double.PositiveInfinity, 1)]
    [InlineData(1, 1, 0)]
    [InlineData(1e12, 1, 1)]
    public void Senseless_grids_are_refused(double sigma, double clip, long dimension) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NoiseGrid(sigma, clip, dimension));
}
