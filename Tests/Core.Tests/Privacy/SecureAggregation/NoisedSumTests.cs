using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Privacy.SecureAggregation.Rounds;
using Federated.Core.Tests.Privacy.Differential;

namespace Federated.Core.Tests.Privacy.SecureAggregation;

/// <summary>Whole attempts with mechanism distributed: what the coordinator unmasks is the sum and as much noise as was promised, whoever drops out. Fixed seeds; five standard errors, a false alarm in 1.7 million seeds each.</summary>
public sealed class NoisedSumTests
{
    private const int Length = 20_000;

    // z = 2, 12 bits, ten in a sum of whom one may collude: each adds (2 · 2047)² / 9. Twelve clients; t = 9, and the minimum is 10.
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Sum_of_zeros_is_the_noise_of_those_who_stay(int dropped)
    {
        var (values, _, _) = Close(dropped, _ => new float[Length]);
        var expected = (12 - dropped) * 4.0 * 2047 * 2047 / 9;
        Assert.Equal(0, values.Average(), 5 * Math.Sqrt(expected / Length));
        Assert.Equal(1, values.Average(value => value * value) / expected, 5 * Math.Sqrt(2.0 / Length));
        // The least that is accounted for, though one of the ten knows its own share.
        Assert.True(values.Average(value => value * value) * 9 / (12 - dropped) > 4.0 * 2047 * 2047 * (1 - 5 * Math.Sqrt(2.0 / Length)));
    }

    [Fact]
    public void Below_the_minimum_whose_noise_is_counted_on_nothing_is_unmasked()
    {
        using var cohort = new MaskedCohort(12, Job.Rules, Job.Layout(Job.Codec(12, 50), 50)) { Own = _ => new int[50] };
        cohort.Advertise();
        cohort.Share();
        cohort.Drop("client-001", "client-002", "client-003");
        cohort.Mask();
        Assert.Equal(MaskedPhase.Failed, cohort.State.Phase);
    }

    // Each client's update is 0.5 in its own place: the mean is 0.5 / 11 there, plus noise of 2 · √(11 / 9) / 11.
    [Fact]
    public void Mean_is_the_sum_divided_by_those_who_stay_and_nothing_is_said_beside_it()
    {
        var (values, codec, sum) = Close(1, name =>
        {
            var update = new float[Length];
            update[int.Parse(name[^3..], System.Globalization.CultureInfo.InvariantCulture)] = 0.5f;
            return update;
        });
        Assert.Equal((0, Length * codec.RingBits / 8), (sum.Layout.Scalars, sum.Layout.Bytes));
        Assert.Equal((1.0, 2047), (codec.Clip, codec.Largest));
        var mean = new float[Length];
        codec.Decode(sum.Values, 11, mean);
        for (var i = 0; i < 15; i++) Assert.Equal(i is > 1 and < 13 ? 0.5 / 11 : 0, mean[i], 5 * 2 * Math.Sqrt(11.0 / 9) / 11);
        Assert.Equal(values[5] / 2047 / 11, mean[5], 1e-6);
    }

    [Fact]
    public void Rounds_that_do_not_fit_say_why()
    {
        Assert.Null(Job.WhyNot(12, Length));
        Assert.StartsWith("with 12 bits a value rounding would make an update of 10000000 values longer by more than a tenth of privacy.differential.clip", Job.WhyNot(12, 10_000_000), StringComparison.Ordinal);
        var wide = new MaskedJob(PrivateJobs.Distributed("privacy.secure_aggregation.bits=22", "privacy.differential.noise_multiplier=0.01"));
        Assert.Equal("a sum of 2000 clients with 22 bits a value needs 33 bits, its noise included, and there are 32; lower privacy.secure_aggregation.bits.", wide.WhyNot(2000, 1000));
    }

    private static MaskedJob Job { get; } = new(PrivateJobs.Distributed());

    private static (double[] Values, RingCodec Codec, MaskedSum Sum) Close(int dropped, Func<string, float[]> update)
    {
        var (codec, random) = (Job.Codec(12, Length), new SeededSecureRandom(7));
        using var cohort = new MaskedCohort(12, Job.Rules, Job.Layout(codec, Length))
        {
            Own = name =>
            {
                var integers = new int[Length];
                Job.Encode(update(name), () => throw new InvalidOperationException("Nothing is said beside the update."), [], codec, random, integers, []);
                return integers;
            },
        };
        cohort.Advertise();
        cohort.Share();
        cohort.Drop([.. cohort.Names.Take(dropped)]);
        cohort.Mask();
        cohort.Unmask();
        Assert.Null(MaskRemoval.Remove(cohort.State, cohort.Sum, 2));
        var unused = 32 - codec.RingBits;
        return ([.. cohort.Sum.Values.ToArray().Select(value => (double)((int)(value << unused) >> unused))], codec, cohort.Sum);
    }
}
