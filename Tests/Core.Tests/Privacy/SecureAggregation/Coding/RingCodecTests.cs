using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Privacy.SecureAggregation.Coding;

public sealed class RingCodecTests
{
    [Theory]
    [InlineData(16, 2, 0, 17)]
    [InlineData(16, 3, 0, 18)]
    [InlineData(16, 1024, 0, 26)]
    [InlineData(16, 65536, 0, 32)]   // 4 bytes a value, as many as a float
    [InlineData(24, 256, 0, 32)]
    [InlineData(8, 1, 0, 8)]
    [InlineData(8, 100, 4, 19)]
    public void Ring_has_room_for_the_sum_of_the_cohort(int bits, int clients, int headroom, int expected) =>
        Assert.Equal(expected, new RingCodec(bits, 1, clients, headroom).RingBits);

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(16)]
    public void Sum_of_the_extremes_of_a_whole_cohort_does_not_run_over(int bits)
    {
        foreach (var clients in new[] { 2, 3, 4, 5, 127, 128, 129, 1000 })
        {
            var codec = new RingCodec(bits, 0.5, clients);
            var sum = new uint[2];
            for (var client = 0; client < clients; client++)
            {
                var integers = new int[2];
                Assert.Equal(2, codec.Encode([float.MaxValue, -3], 1, SystemRandom.Instance, integers));
                Assert.Equal([codec.Largest, -codec.Largest], integers);
                for (var i = 0; i < 2; i++) sum[i] = unchecked(sum[i] + (uint)integers[i]);
            }
            var mean = new float[2];
            codec.Decode([.. sum.Select(word => word & (uint)((1L << codec.RingBits) - 1))], clients, mean);
            Assert.Equal([0.5f, -0.5f], mean);
        }
    }

    [Fact]
    public void Whole_steps_are_encoded_exactly()
    {
        // bits = 4, M = 7, c = 7: a step is 1.
        var codec = new RingCodec(4, 7, 10);
        var integers = new int[6];
        Assert.Equal(1, codec.Encode([0, 1, -1, 7, -7, 8], 1, SystemRandom.Instance, integers));
        Assert.Equal([0, 1, -1, 7, -7, 7], integers);
        codec.Encode([4, 2, -6, 0, 0, 0], 0.5, SystemRandom.Instance, integers);
        Assert.Equal([2, 1, -3, 0, 0, 0], integers);
    }

    [Fact]
    public void Rounding_is_unbiased()
    {
        // x = 0.3 steps: 1 with probability 0.3, else 0. Of 100,000 the ones are 30,000, give or take 145; the bound is 5 standard deviations: a false alarm once in 1.7 million seeds.
        var codec = new RingCodec(4, 7, 10);
        var (values, integers) = (new float[100_000], new int[100_000]);
        foreach (var (value, expected) in new[] { (0.3f, 0.3), (-0.3f, -0.3), (2.75f, 2.75), (-6.9f, -6.9) })
        {
            Array.Fill(values, value);
            codec.Encode(values, 1, new SeededSecureRandom(21), integers);
            var fraction = expected - Math.Floor(expected);
            Assert.All(integers, integer => Assert.InRange(integer, Math.Floor(expected), Math.Ceiling(expected)));
            Assert.InRange(integers.Average() - expected, -5 * Math.Sqrt(fraction * (1 - fraction) / 100_000), 5 * Math.Sqrt(fraction * (1 - fraction) / 100_000));
        }
    }

    [Theory]
    [InlineData(8, 5)]
    [InlineData(16, 40)]
    [InlineData(24, 200)]
    public void Decoded_mean_is_within_the_bound_of_the_weighted_mean(int bits, int clients)
    {
        const int length = 200;
        var random = new RandomStream(5);
        var codec = new RingCodec(bits, 0.1, clients);
        var (sum, exact, weight) = (new uint[length], new double[length], 0.0);
        for (var client = 0; client < clients; client++)
        {
            float[] values = [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() * 0.3 - 0.15))];
            var w = 0.01 + 0.99 * random.NextDouble();
            var integers = new int[length];
            codec.Encode(values, w, SystemRandom.Instance, integers);
            var declared = ScalarCodec.DecodeWeight(ScalarCodec.EncodeWeight(w));
            weight += declared;
            for (var i = 0; i < length; i++)
            {
                sum[i] = unchecked(sum[i] + (uint)integers[i]);
                exact[i] += declared * Math.Clamp((double)values[i], -0.1, 0.1);
            }
        }
        var mean = new float[length];
        codec.Decode(sum, weight, mean);
        var bound = codec.ErrorBound(clients, weight);
        // Each rounding to float32 of a number up to 0.1 adds at most 2^-28.
        for (var i = 0; i < length; i++) Assert.InRange(mean[i] - exact[i] / weight, -bound - Math.ScaleB(1, -28), bound + Math.ScaleB(1, -28));
        Assert.Equal(clients * 0.1 / ((1 << (bits - 1)) - 1) / weight, bound, 12);
    }

    [Fact]
    public void Bits_above_the_ring_are_not_looked_at()
    {
        var codec = new RingCodec(4, 7, 2);   // r = 5
        var mean = new float[2];
        codec.Decode([0xFFFFFFE0u | 3, 0x40u | 31], 1, mean);
        Assert.Equal([3f, -1f], mean);
    }

    [Fact]
    public void What_cannot_be_encoded_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RingCodec(1, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RingCodec(25, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RingCodec(8, 0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RingCodec(8, double.PositiveInfinity, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RingCodec(8, 1, 0));
        Assert.Contains("at most 32", Assert.Throws<ArgumentException>(() => new RingCodec(24, 1, 257)).Message);
        var codec = new RingCodec(8, 1, 2);
        Assert.Throws<ArgumentException>(() => codec.Encode([float.NaN], 1, SystemRandom.Instance, new int[1]));
        Assert.Throws<ArgumentException>(() => codec.Encode([float.NegativeInfinity], 1, SystemRandom.Instance, new int[1]));
        Assert.Throws<ArgumentException>(() => codec.Encode([1f], 1, SystemRandom.Instance, new int[2]));
        foreach (var weight in new[] { 0, -1, 1.001, double.NaN, 1e-7 }) Assert.Throws<ArgumentOutOfRangeException>(() => codec.Encode([1f], weight, SystemRandom.Instance, new int[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => codec.Decode([1u], 0, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => codec.ErrorBound(1, double.NaN));
    }
}
