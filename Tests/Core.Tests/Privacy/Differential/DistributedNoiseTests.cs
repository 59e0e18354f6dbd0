using Federated.Core.Privacy.Differential;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Privacy.Differential;

/// <summary>What a client does to its update before it masks: fixed seeds; false-alarm rates are stated where a test is statistical.</summary>
public sealed class DistributedNoiseTests
{
    // 8 bits: M = 127, and four values cost 1 + 1 of its square: √(16127 + 1/4) - 1/2 = 126.4931 steps. A million values need more than 10 bits.
    [Theory]
    [InlineData(8, 4, 126.493110 / 127)]
    [InlineData(12, 1_000_000, 0.969404047)]
    [InlineData(10, 1_000_000, 0.200703422)]
    [InlineData(8, 1_000_000, 0)]
    public void Room_is_left_for_what_rounding_adds(int bits, int length, double part) => Assert.Equal(part, DistributedNoise.ReachOf(bits, length), 1e-6);

    // One coordinate, all alike, every second one, and what training may send; all far too long for the clip.
    [Theory]
    [InlineData(4, 10)]
    [InlineData(8, 1)]
    [InlineData(8, 5000)]
    [InlineData(16, 20_000)]
    [InlineData(24, 5000)]
    public void No_rounded_update_is_longer_than_the_accounted_bound(int bits, int length)
    {
        var (noise, codec, random, draws) = (new DistributedNoise(bits, 1e-4, 1), new RingCodec(bits, 0.7, 10), new SeededSecureRandom(1), new RandomStream(2));
        double largest = RingCodec.LargestOf(bits);
        var (integers, reached) = (new int[length], 0.0);
        for (var turn = 0; turn < 40; turn++)
        {
            var scale = Math.Pow(10, turn % 5);
            float[] values = (turn % 4) switch
            {
                0 => [.. Enumerable.Range(0, length).Select(i => i == turn % length ? (float)-scale : 0)],
                1 => [.. Enumerable.Repeat((float)scale, length)],
                2 => [.. Enumerable.Range(0, length).Select(i => i % 2 == 0 ? (float)scale : 1e-9f)],
                _ => [.. Enumerable.Range(0, length).Select(_ => (float)(scale * (draws.NextDouble() - 0.5)))],
            };
            noise.Round(values, codec, random, integers);
            var (squares, absolute) = (integers.Sum(value => (double)value * value), integers.Sum(value => Math.Abs((double)value)));
            Assert.True(squares <= largest * largest, $"{Math.Sqrt(squares)} steps, and {largest} are accounted for");
            Assert.True(absolute <= largest * largest);
            reached = Math.Max(reached, Math.Sqrt(squares) / largest);
        }
        // The bound is not kept by throwing away what could be sent.
        Assert.InRange(reached, DistributedNoise.ReachOf(bits, length) * 0.9, 1);
    }

    [Fact]
    public void Update_that_is_short_enough_is_on_average_what_it_was()
    {
        const int Turns = 20_000;
        var (noise, codec, random) = (new DistributedNoise(8, 1e-4, 1), new RingCodec(8, 127, 3), new SeededSecureRandom(3));   // a step is 1
        float[] values = [10.25f, -0.5f, 0, 7, -3.9f];
        var (integers, sums) = (new int[5], new double[5]);
        for (var turn = 0; turn < Turns; turn++)
        {
            noise.Round(values, codec, random, integers);
            for (var i = 0; i < 5; i++) sums[i] += integers[i];
        }
        // A rounding has a variance of at most 1/4; five standard errors: 5.7e-7 a value.
        for (var i = 0; i < 5; i++) Assert.Equal(values[i], sums[i] / Turns, 5 * 0.5 / Math.Sqrt(Turns));
    }

    // (z M)² / s = 8.0645: the difference of two Poisson variables of half of that each. Chi-square with a false-alarm rate of 3.4e-6.
    [Fact]
    public void Share_of_the_noise_is_a_skellam_variable_of_its_part_of_the_variance()
    {
        const double Half = 0.1 * 127 * 0.1 * 127 / 20 / 2;
        var poisson = new double[80];
        for (var k = 0; k < poisson.Length; k++) poisson[k] = Math.Exp(k * Math.Log(Half) - Half - Enumerable.Range(1, k).Sum(i => Math.Log(i)));
        GoodnessOfFit.Check([.. Shares(8, 0.1, shares: 20, count: 100_000)], k => Enumerable.Range(0, poisson.Length - (int)Math.Abs(k)).Sum(i => poisson[i] * poisson[i + (int)Math.Abs(k)]), -20, 20);
    }

    // 2^26 and some: five tables' worth. Mean and variance within five standard errors, 5.7e-7 each.
    [Fact]
    public void Share_that_is_wider_than_a_table_is_a_sum_of_several()
    {
        const int Count = 50_000;
        const double Variance = 32767.0 * 32767 / 15;
        var draws = Shares(16, 1, shares: 15, Count);
        Assert.Equal(0, draws.Average(), 5 * Math.Sqrt(Variance / Count));
        Assert.Equal(1, draws.Average(draw => (double)draw * draw) / Variance, 5 * Math.Sqrt(2.0 / Count));
    }

    // 16 bits, 10 clients, z = 1, nine shares, up to 1024 values: 10 M = 327,670 and a tail of √(2 · 10 · M² / 9 · 35.35) + 11.8 = 290,433 need 21 bits, where 20 hold the sum of the values.
    [Theory]
    [InlineData(16, 1, 9, 10, 1000, 1)]
    [InlineData(16, 0.01, 9, 10, 1000, 0)]
    [InlineData(16, 2.9, 9, 10, 1000, 2)]
    [InlineData(16, 1, 1, 1, 1, 4)]
    public void Ring_has_room_for_the_noise(int bits, double noise, int shares, int clients, int length, int headroom) =>
        Assert.Equal(headroom, new DistributedNoise(bits, noise, shares).Headroom(clients, length));

    [Theory]
    [InlineData(16, 10, 3)]
    [InlineData(24, 0.1, 10)]
    [InlineData(16, 0, 3)]
    public void Share_that_would_take_too_long_to_draw_or_is_none_is_refused(int bits, double noise, int shares) =>
        Assert.Throws<ArgumentOutOfRangeException>("noiseMultiplier", () => new DistributedNoise(bits, noise, shares));

    [Fact]
    public void What_cannot_be_bounded_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new DistributedNoise(4, 1, 1).Encode(new float[1000], new RingCodec(4, 1, 3), new SeededSecureRandom(5), new int[1000]));
        Assert.Throws<ArgumentException>(() => new DistributedNoise(8, 1, 1).Encode([float.PositiveInfinity, 1], new RingCodec(8, 1, 3), new SeededSecureRandom(5), new int[2]));
    }

    [Fact]
    public void Job_divides_the_noise_by_its_fewest_clients_less_those_that_collude()
    {
        var job = PrivateJobs.Distributed("privacy.differential.colluding=3", "federation.cohort.minimum=15");
        Assert.Equal(2.0 * 2 * 2047 * 2047 / 12, DistributedNoise.Of(job)!.Variance, 1e-6);
        Assert.Null(DistributedNoise.Of(PrivateJobs.Central()));
    }

    private static long[] Shares(int bits, double noise, int shares, int count)
    {
        const int Length = 10_000;
        var (share, codec, random, integers) = (new DistributedNoise(bits, noise, shares), new RingCodec(bits, 1, shares), new SeededSecureRandom(4), new int[count]);
        // Zeros are rounded to zeros.
        for (var start = 0; start < count; start += Length) share.Encode(new float[Length], codec, random, integers.AsSpan(start, Length));
        return [.. integers.Select(value => (long)value)];
    }
}
