using Federated.Core.Aggregation;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Aggregation;

/// <summary>Buckets in front of rules.</summary>
public sealed class BucketsTests
{
    private static readonly AggregationSpec Median = new() { Rule = AggregationRule.Median, Bucketing = 2 };

    // Six updates 1, 2, 4 ... 32 in three buckets of two: whoever is with whom, the median of the means is one of the sums of two powers, halved.
    [Fact]
    public void The_rule_sees_means_of_the_size_that_was_asked_for()
    {
        float[][] updates = [.. Enumerable.Range(0, 6).Select(i => new[] { MathF.ScaleB(1, i) })];

        var sums = Enumerable.Range(1, 40).Select(round => (int)(2 * Gathered.Result(Gathered.Empty(Median, 1), updates, round: round)[0])).ToHashSet();

        Assert.All(sums, sum => Assert.Equal(2, int.PopCount(sum)));
        Assert.True(sums.Count > 3, "Every round has the same buckets.");
    }

    [Fact]
    public void The_same_seed_and_round_give_the_same_buckets()
    {
        var drawn = Gathered.Draw(4, 12, 7);
        var first = Gathered.Result(Gathered.Empty(Median, 7), drawn, round: 3);

        Assert.Equal(first, Gathered.Result(Gathered.Empty(Median, 7), drawn, round: 3));
        Assert.NotEqual(first, Gathered.Result(Gathered.Empty(Median, 7, seed: 43), drawn, round: 3));
    }

    // Five updates of 6 in buckets of two: the last bucket is one update, and its mean is that.
    [Fact]
    public void A_last_bucket_that_is_not_full_is_the_mean_of_what_it_has() => Assert.Equal([6f], Gathered.Result(Median, [6], [6], [6], [6], [6]));

    // One bucket, the plain mean (1 + 7) / 2 = 4, cut to 2: a client's weight counts between buckets and not within one.
    [Fact]
    public void A_bucket_is_a_plain_mean_and_norm_bound_cuts_that()
    {
        var spec = new AggregationSpec { Rule = AggregationRule.NormBound, Bucketing = 2, Bound = 2 };
        Assert.Equal([2f], Gathered.Result(Gathered.Empty(spec, 1), [[1], [7]], [1, 5]));
    }

    [Fact]
    public void Buckets_are_as_many_as_the_rule_needs()
    {
        // 2 f + 3 = 5 buckets of 3: 13 updates make ⌈13 / 3⌉ = 5, 12 make 4.
        var fit = new AggregationFit(new() { Rule = AggregationRule.Krum, Attackers = 1, Bucketing = 3 });
        Assert.Equal(13, fit.Least);
        Assert.Null(fit.TooFew(13));
        Assert.Equal("krum with attackers 1 needs n ≥ 2 f + 3 = 5 buckets of 3 updates, which is 13 updates, and there are 12.", fit.TooFew(12));
    }
}
