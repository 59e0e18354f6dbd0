using Federated.Core.Privacy.Differential;

namespace Federated.Core.Tests.Privacy.Differential;

public sealed class GridSumTests
{
    // The same noise on both, so that what differs is the one vector's own part, whatever it is: below the bound but for the float32 of the result.
    [Theory]
    [InlineData(1e-30)]
    [InlineData(0.7)]
    [InlineData(1.00005)]
    [InlineData(40)]
    [InlineData(3e30)]
    public void Nobody_moves_the_sum_by_more_than_the_bound(double length)
    {
        const int Values = 1000;
        var random = new Random(1);
        for (var trial = 0; trial < 20; trial++)
        {
            var clip = Math.Pow(10, random.NextDouble() * 4 - 2);
            var (with, without) = (new GridSum(Values, clip, clip), new GridSum(Values, clip, clip));
            var vector = Of(random, Values, length * clip);
            Assert.True(with.TryAdd(vector, cut: true));
            var (first, second) = (new float[Values], new float[Values]);
            with.Release(new SeededSecureRandom((ulong)trial), clip, 1, first);
            without.Release(new SeededSecureRandom((ulong)trial), clip, 1, second);
            var moved = Math.Sqrt(first.Zip(second, (a, b) => Math.Pow((double)a - b, 2)).Sum());
            Assert.True(moved <= clip * (1 + 1e-5), $"{moved} with a bound of {clip}");
            if (length is > 0.1 and < 1e9) Assert.Equal(Math.Min(1, length) * clip, moved, clip * 1e-4);
        }
    }

    [Fact]
    public void A_vector_that_its_owner_should_have_cut_is_refused_and_changes_nothing()
    {
        var (one, other) = (new GridSum(2, 1, 1), new GridSum(2, 1, 1));
        Assert.True(one.TryAdd([0.6f, 0.8f], cut: false));
        Assert.False(one.TryAdd([0.9f, 0.9f], cut: false));
        Assert.True(other.TryAdd([0.6f, 0.8f], cut: false));
        var (first, second) = (new float[2], new float[2]);
        one.Release(new SeededSecureRandom(1), 1, 1, first);
        other.Release(new SeededSecureRandom(1), 1, 1, second);
        Assert.Equal(1, one.Count);
        Assert.Equal(second, first);
    }

    [Fact]
    public void What_float32_rounds_is_no_reason_to_refuse() => Assert.True(new GridSum(2, 1, 1).TryAdd([0.6f * 1.00001f, 0.8f * 1.00001f], cut: false));

    [Fact]
    public void The_order_of_the_vectors_makes_no_difference()
    {
        var random = new Random(2);
        float[][] vectors = [.. Enumerable.Range(0, 9).Select(_ => Of(random, 50, 1))];
        var sums = new[] { vectors, [.. vectors.Reverse()] }.Select(order =>
        {
            var sum = new GridSum(50, 1, 0.1);
            foreach (var vector in order) sum.TryAdd(vector, cut: true);
            var result = new float[50];
            sum.Release(new SeededSecureRandom(3), 0.1, 3, result);
            return result;
        }).ToArray();
        Assert.Equal(sums[0], sums[1]);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 1e-9)]
    [InlineData(1, 1e9)]
    public void A_bound_or_noise_out_of_range_is_refused(double clip, double sigma) => Assert.Throws<ArgumentOutOfRangeException>(() => new GridSum(1, clip, sigma));

    private static float[] Of(Random random, int values, double length)
    {
        var vector = Enumerable.Range(0, values).Select(_ => random.NextDouble() - 0.5).ToArray();
        var norm = Math.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => (float)(value / norm * length))];
    }
}
