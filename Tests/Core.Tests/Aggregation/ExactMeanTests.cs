using System.Numerics;
using Federated.Core.Aggregation;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Aggregation;

public sealed class ExactMeanTests
{
    [Fact]
    public void Mean_weighs_updates_by_their_examples()
    {
        var mean = new ExactMean(3);

        Assert.Equal(AddOutcome.Added, mean.TryAdd(new[] { 1f, -2f, 0.5f }, 1));
        Assert.Equal(AddOutcome.Added, mean.TryAdd(new[] { 5f, 2f, 0.25f }, 3));

        // (1*1 + 3*5) / 4, (-2 + 6) / 4, (0.5 + 0.75) / 4
        Assert.Equal([4f, 1f, 0.3125f], Result(mean));
        Assert.Equal((2, 4.0), (mean.Count, mean.TotalWeight));
    }

    [Theory]
    [InlineData(1, 40)]
    [InlineData(2, 40)]
    [InlineData(3, 2500)] // passes two carries
    public void Any_order_gives_the_same_bits(ulong seed, int cohort)
    {
        var random = new RandomStream(seed);
        var updates = Cohort(random, cohort, length: 37);
        var expected = Result(MeanOf(updates, 37));

        for (var trial = 0; trial < 5; trial++)
        {
            random.Shuffle(updates.AsSpan());
            Assert.Equal(Bits(expected), Bits(Result(MeanOf(updates, 37))));
        }
    }

    [Theory]
    [InlineData(7, 1)]
    [InlineData(700, 3)]
    [InlineData(2500, 2)] // more than may be added between two carries
    public void Vectors_that_are_added_together_give_the_bits_of_vectors_one_by_one(int together, int threads)
    {
        const int length = 131;
        var random = new RandomStream(21);
        var updates = Cohort(random, 2600, length);
        var (mean, outcomes) = (new ExactMean(length, threads), new AddOutcome[together]);
        foreach (var some in updates.Chunk(together)) mean.TryAdd([.. some.Select(update => new MeanTerm(update.Values, update.Weight))], outcomes.AsSpan(0, some.Length));

        Assert.Equal(Bits(Result(MeanOf(updates, length))), Bits(Result(mean)));
        Assert.Equal(2600, mean.Count);
    }

    [Fact]
    public void Vectors_that_are_refused_change_nothing_for_those_beside_them()
    {
        var (mean, outcomes) = (new ExactMean(2), new AddOutcome[4]);

        mean.TryAdd([new(new[] { 1f, 2f }, 1), new(new[] { 1f, float.NaN }, 1), new(new[] { 9f, 1e13f }, 1), new(new[] { 3f, 6f }, 3)], outcomes);

        Assert.Equal([AddOutcome.Added, AddOutcome.NotFinite, AddOutcome.OutOfRange, AddOutcome.Added], outcomes);
        Assert.Equal([2.5f, 5f], Result(mean));
        Assert.Throws<ArgumentException>(() => mean.TryAdd([new(new float[3], 1)], outcomes.AsSpan(0, 1)));
        Assert.Throws<ArgumentException>(() => mean.TryAdd([new(new float[2], 1)], outcomes));
    }

    [Fact]
    public void A_factor_makes_the_vector_smaller_and_not_its_weight()
    {
        var mean = new ExactMean(1);
        mean.TryAdd(new[] { 8f }, 3, factor: 0.25);
        mean.TryAdd(new[] { 1f }, 1);
        // (3 * 2 + 1) / 4
        Assert.Equal([1.75f], Result(mean));
    }

    [Fact]
    public void A_sum_that_floats_would_lose_is_kept()
    {
        // In double, 2^40 + 2^-40 - 2^40 is 0 in this order and 2^-40 in another.
        var mean = new ExactMean(1);
        foreach (var value in new[] { MathF.ScaleB(1, 40), MathF.ScaleB(1, -40), -MathF.ScaleB(1, 40) }) mean.TryAdd(new[] { value }, 1);

        Assert.Equal(MathF.ScaleB(1, -40) / 3, Result(mean)[0]);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Mean_agrees_with_rational_arithmetic(ulong seed)
    {
        var random = new RandomStream(seed);
        const int length = 19;
        var updates = Cohort(random, 300, length);

        var means = Result(MeanOf(updates, length));

        for (var i = 0; i < length; i++)
        {
            // Both in units of 2^-149, the smallest float, so that every product is a whole number.
            BigInteger sum = 0, weights = 0;
            foreach (var (values, weight) in updates)
            {
                sum += InSmallestFloats(values[i]) * weight;
                weights += weight;
            }
            // The mean may be off by one unit in its last place, plus 2^-53 for each term below 1.
            var error = BigInteger.Abs(InSmallestFloats(means[i]) * weights - sum);
            var ulp = InSmallestFloats(MathF.BitIncrement(MathF.Abs(means[i])) - MathF.Abs(means[i]));
            Assert.True(error <= ulp * weights + (updates.Length * (BigInteger.One << (149 - 53))), $"element {i}");
        }
    }

    [Fact]
    public void Vectors_of_every_width_and_scalars_give_the_same_bits_for_every_length_and_magnitude()
    {
        var random = new RandomStream(5);
        for (var length = 1; length <= 67; length++)
        {
            var (high, low) = (new long[length], new long[length]);
            var (narrowHigh, narrowLow) = (new long[length], new long[length]);
            var (plainHigh, plainLow) = (new long[length], new long[length]);
            var whole = 0;
            for (var add = 0; add < 20; add++)
            {
                var values = Values(random, length, range: 60);
                var weight = 1 + random.Next(1000) + random.NextDouble();
                Assert.Equal(values.Max(MathF.Abs), BitConverter.Int32BitsToSingle(FixedPoint.AddBiased(values, weight, high, low)));
                var largest = 0;
                whole = FixedPoint.AddVectors(values, weight, narrowHigh, narrowLow, ref largest);
                Assert.Equal(length / Vector<float>.Count * Vector<float>.Count, whole);
                Assert.Equal(values[..whole].Select(MathF.Abs).Append(0).Max(), BitConverter.Int32BitsToSingle(largest));
                FixedPoint.AddScalars(values, weight, plainHigh, plainLow);
            }
            FixedPoint.Settle(high, low, 20);
            FixedPoint.Settle(narrowHigh, narrowLow, 20);
            Assert.Equal(plainHigh, high);
            Assert.Equal(plainLow, low);
            Assert.Equal(plainHigh[..whole], narrowHigh[..whole]);
            Assert.Equal(plainLow[..whole], narrowLow[..whole]);
        }
    }

    [Fact]
    public void Limbs_hold_the_term_exactly_when_it_is_1_or_more_and_to_half_a_unit_below()
    {
        foreach (var value in new[] { 1f, -1f, 1.0000001f, 0.5f, -0.5f, 1.5f, 123456.789f, -3e12f, 4.3980462e12f, 1e-15f, 1e-16f, float.Epsilon, 0f, -0f })
        {
            var (high, low) = (new long[1], new long[1]);
            FixedPoint.AddScalars([value], 1, high, low);

            var kept = ((BigInteger)high[0] << 149) + ((BigInteger)low[0] << (149 - 52));
            var error = BigInteger.Abs(kept - InSmallestFloats(value));
            Assert.True(MathF.Abs(value) >= 1 ? error.IsZero : error <= BigInteger.One << (149 - 53), $"{value:R}");
        }
    }

    [Fact]
    public void Carrying_changes_no_sum_and_leaves_a_low_limb_within_half_a_unit()
    {
        long[] high = [5, -5, 0, 0, 7], low = [long.MaxValue >> 1, long.MinValue >> 1, 1L << 51, -(1L << 51), 0];
        var before = high.Zip(low, Sum).ToArray();

        FixedPoint.Carry(high, low);

        Assert.Equal(before, high.Zip(low, Sum));
        Assert.All(low, fraction => Assert.InRange(fraction, -(1L << 51), (1L << 51) - 1));
    }

    [Fact]
    public void The_most_updates_of_the_largest_terms_do_not_overflow()
    {
        var mean = new ExactMean(2);
        var largest = MathF.BitDecrement((float)ExactMean.Limit);
        for (var i = 0; i < ExactMean.MaxUpdates; i++) Assert.Equal(AddOutcome.Added, mean.TryAdd(new[] { largest, -largest }, 1));

        Assert.Equal(AddOutcome.Full, mean.TryAdd(new[] { 1f, 1f }, 1));
        Assert.Equal([largest, -largest], Result(mean));
    }

    [Theory]
    [InlineData(float.NaN, 1.0, AddOutcome.NotFinite)]
    [InlineData(float.PositiveInfinity, 1.0, AddOutcome.NotFinite)]
    [InlineData(float.NegativeInfinity, 1.0, AddOutcome.NotFinite)]
    [InlineData(4398046511104f, 1.0, AddOutcome.OutOfRange)]
    [InlineData(-4398046511104f, 1.0, AddOutcome.OutOfRange)]
    [InlineData(2f, 2199023255552.0, AddOutcome.OutOfRange)]
    [InlineData(0f, 4398046511104.0, AddOutcome.OutOfRange)]
    [InlineData(0f, 1e-7, AddOutcome.OutOfRange)]
    [InlineData(float.MaxValue, 1.0, AddOutcome.OutOfRange)]
    public void A_refused_update_changes_nothing(float bad, double weight, AddOutcome expected)
    {
        for (var at = 0; at < 21; at++)
        {
            var (mean, untouched) = (new ExactMean(21), new ExactMean(21));
            foreach (var each in new[] { mean, untouched }) each.TryAdd(Enumerable.Repeat(0.1f, 21).ToArray(), 7);
            var values = Enumerable.Repeat(1e-3f, 21).ToArray();
            values[at] = bad;

            Assert.Equal(expected, mean.TryAdd(values, weight));

            Assert.Equal((untouched.Count, untouched.TotalWeight), (mean.Count, mean.TotalWeight));
            Assert.Equal(Result(untouched), Result(mean));
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    public void A_weight_that_is_not_above_zero_is_a_bug_of_the_caller(double weight) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExactMean(1).TryAdd(new float[1], weight));

    [Fact]
    public void Lengths_must_agree()
    {
        var mean = new ExactMean(2);

        Assert.Throws<ArgumentException>(() => mean.TryAdd(new float[3], 1));
        Assert.Throws<ArgumentException>(() => mean.Mean(new float[1]));
    }

    [Fact]
    public void The_mean_of_nothing_is_undefined_and_so_it_is_after_clearing()
    {
        var mean = new ExactMean(1);
        Assert.Throws<InvalidOperationException>(() => mean.Mean(new float[1]));

        mean.TryAdd(new[] { 3f }, 2);
        mean.Clear();

        Assert.Throws<InvalidOperationException>(() => mean.Mean(new float[1]));
        mean.TryAdd(new[] { 5f }, 2);
        Assert.Equal([5f], Result(mean));
    }

    [Fact]
    public void Threads_do_not_change_the_bits()
    {
        const int length = (2 << 20) + 13;
        var random = new RandomStream(9);
        var (one, three) = (new ExactMean(length), new ExactMean(length, threads: 3));
        for (var update = 0; update < 3; update++)
        {
            var values = Values(random, length, range: 30);
            one.TryAdd(values, 1 + update);
            three.TryAdd(values, 1 + update);
        }

        Assert.True(Result(one).AsSpan().SequenceEqual(Result(three)));
    }

    [Fact]
    public void Adding_allocates_nothing_that_grows_with_the_cohort()
    {
        var mean = new ExactMean(10_000);
        var values = new float[10_000];
        mean.TryAdd(values, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 2000; i++) mean.TryAdd(values, 1);

        // A few closures and arrays of one value; a single copy of an update would be 40 kB.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 2000, 0, 1000);
    }

    private static (float[] Values, int Weight)[] Cohort(RandomStream random, int count, int length) =>
        [.. Enumerable.Range(0, count).Select(_ => (Values(random, length, range: 20), 1 + random.Next(5000)))];

    // Magnitudes over several powers of two, as updates have.
    private static float[] Values(RandomStream random, int length, int range) =>
        [.. Enumerable.Range(0, length).Select(_ => MathF.ScaleB((float)(random.NextDouble() * 2 - 1), random.Next(range) - range + 8))];

    private static ExactMean MeanOf((float[] Values, int Weight)[] updates, int length)
    {
        var mean = new ExactMean(length);
        foreach (var (values, weight) in updates) Assert.Equal(AddOutcome.Added, mean.TryAdd(values, weight));
        return mean;
    }

    private static float[] Result(ExactMean mean)
    {
        var result = new float[mean.Length];
        mean.Mean(result);
        return result;
    }

    private static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];

    private static BigInteger Sum(long high, long low) => ((BigInteger)high << 52) + low;

    private static BigInteger InSmallestFloats(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value);
        var (exponent, mantissa) = ((bits >> 23) & 0xFF, bits & 0x7FFFFF);
        var magnitude = exponent == 0 ? mantissa : (BigInteger)(mantissa | 0x800000) << (exponent - 1);
        return bits < 0 ? -magnitude : magnitude;
    }
}
