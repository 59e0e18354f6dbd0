using Federated.Core.Aggregation;
using Federated.Core.Jobs;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Aggregation;

/// <summary>Rules that must see all updates.</summary>
public sealed class RobustRuleTests
{
    // More than one block of a thread, and a last vector that is not full.
    private const int Long = (1 << 15) + 13;

    public static readonly TheoryData<AggregationRule> Keeping =
        [.. Enum.GetValues<AggregationRule>().Where(rule => rule is not (AggregationRule.Mean or AggregationRule.NormBound))];

    [Fact]
    public void Median_is_the_middle_of_each_value() => Assert.Equal([3f, 0f], Gathered.Result(Rule(AggregationRule.Median), [1, 100], [3, 0], [4, -5]));

    [Fact]
    public void Median_of_an_even_number_is_the_mean_of_the_middle_two() => Assert.Equal([2.5f], Gathered.Result(Rule(AggregationRule.Median), [9], [2], [3], [-8]));

    // Without -100 and 7: (1 + 2 + 6) / 3.
    [Fact]
    public void Trimmed_mean_leaves_out_as_many_at_both_ends_as_there_are_attackers() => Assert.Equal([3f], Gathered.Result(Rule(AggregationRule.TrimmedMean), [7], [1], [-100], [2], [6]));

    // f = 1, n = 5: the two nearest others count. 0: 1 + 4 = 5; 1: 1 + 1 = 2; 2: 1 + 4 = 5 (to 1 and 4 or 0); 4: 4 + 9 = 13; 50: 2116 + 2304.
    [Fact]
    public void Krum_is_the_update_nearest_to_others() => Assert.Equal([1f], Gathered.Result(Rule(AggregationRule.Krum), [0], [1], [2], [4], [50]));

    // The same scores; m = n - f = 4 leaves 50 out, m = 2 takes 1 and the first of the equal ones.
    [Theory]
    [InlineData(null, 1.75f)]
    [InlineData(2, 0.5f)]
    [InlineData(1, 1f)]
    public void Multi_krum_is_the_mean_of_the_best(int? select, float expected) =>
        Assert.Equal([expected], Gathered.Result(Rule(AggregationRule.MultiKrum) with { Select = select }, [0], [1], [2], [4], [50]));

    // n = 7, f = 1: five are chosen, and of those the three nearest to their median are averaged. 100 is never chosen: it is the furthest until only two are left.
    [Fact]
    public void Bulyan_is_a_trimmed_mean_of_what_krum_chooses() => Assert.Equal([1.1f], Gathered.Result(Rule(AggregationRule.Bulyan), [1f], [1.1f], [1.2f], [0.5f], [1.9f], [3f], [100f]), new Near());

    // In the plane: the point from which all corners are seen at 120 degrees; of this triangle (1, 1/√3).
    [Fact]
    public void Geometric_median_of_a_triangle_is_its_fermat_point() =>
        Assert.Equal([1f, (float)(1 / Math.Sqrt(3))], Gathered.Result(Rule(AggregationRule.GeometricMedian), [0, 0], [2, 0], [1, (float)Math.Sqrt(3)]), new Near());

    [Fact]
    public void Geometric_median_goes_to_who_has_more_than_half_of_the_weight()
    {
        var aggregate = Gathered.Empty(Rule(AggregationRule.GeometricMedian), 1);
        Assert.Equal([5f], Gathered.Result(aggregate, [[0], [5], [-3]], [1, 4, 2]), new Near());
    }

    // From 0: 3 is within 4, -2 as well, 10 counts as 4: (3 - 2 + 4) / 3 = 5/3; from there 10 is 8 1/3 away and counts as 5/3 + 4: (3 - 2 + 17/3) / 3 = 20/9.
    [Fact]
    public void Centered_clipping_goes_on_from_the_last_round()
    {
        var aggregate = Assert.IsType<ICenteredAggregate>(Gathered.Empty(Rule(AggregationRule.CenteredClipping) with { Radius = 4 }, 1), exactMatch: false);

        var first = Gathered.Result(aggregate, [[3], [-2], [10]]);
        var second = new float[1];
        aggregate.Aggregate(second, round: 2, first);

        Assert.Equal([5 / 3f], first, new Near());
        Assert.Equal([20 / 9f], second, new Near());
    }

    // Root (3, 4) of length 5. (10, 0): cos 0.6, becomes (5, 0); (0, 1): cos 0.8, becomes (0, 5); (-1, 0) and 0 are not trusted. (0.6 * 5, 0.8 * 5) / 1.4.
    [Fact]
    public void Fltrust_weighs_directions_by_their_agreement_with_the_root() =>
        Assert.Equal([3 / 1.4f, 4 / 1.4f], Gathered.Result(Rule(AggregationRule.FlTrust) with { Root = Gathered.Client(0) }, [3, 4], [10, 0], [0, 1], [-1, 0], [0, 0]), new Near());

    [Theory]
    [InlineData(0f, "the trusted client's update is 0, so that no update can agree with it.")]
    [InlineData(-1f, "no update agrees with that of the trusted client, so that fltrust trusts nobody.")]
    public void Fltrust_without_anybody_to_trust_is_undefined(float root, string reason)
    {
        var error = Assert.Throws<InvalidOperationException>(() => Gathered.Result(Rule(AggregationRule.FlTrust) with { Root = Gathered.Client(0) }, [root], [1], [2]));
        Assert.Equal(reason, error.Message);
    }

    [Fact]
    public void Fltrust_without_its_root_is_undefined()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Gathered.Result(Rule(AggregationRule.FlTrust) with { Root = "hospital" }, [1], [1], [2]));
        Assert.Equal("the trusted client 'hospital' has sent no update.", error.Message);
    }

    [Theory]
    [InlineData(1, 11, 2, 37)]
    [InlineData(2, 12, 1, 5)]
    [InlineData(3, 11, 2, (1 << 14) + 13)]
    public void Rules_agree_with_the_formulas_as_they_stand(ulong seed, int updates, int f, int length)
    {
        var drawn = Gathered.Draw(seed, updates - f, length, f, far: 3);
        foreach (var (rule, naive) in new (AggregationRule, Func<float[][], int, double[]>)[]
        {
            (AggregationRule.Median, NaiveRules.Median), (AggregationRule.TrimmedMean, NaiveRules.TrimmedMean), (AggregationRule.Krum, NaiveRules.Krum),
            (AggregationRule.MultiKrum, NaiveRules.MultiKrum), (AggregationRule.Bulyan, NaiveRules.Bulyan),
        })
            AssertNear(naive(drawn, f), Gathered.Result(Rule(rule, f), drawn), 1e-6, rule);
        AssertNear(NaiveRules.FlTrust(drawn[1..], drawn[0]), Gathered.Result(Rule(AggregationRule.FlTrust, f) with { Root = Gathered.Client(0) }, drawn), 1e-5, AggregationRule.FlTrust);
        var clipping = Rule(AggregationRule.CenteredClipping, f) with { Radius = Math.Sqrt(length) / 2, ClippingSteps = 3 };
        AssertNear(NaiveRules.CenteredClipping(drawn, new double[length], clipping.Radius, 3), Gathered.Result(clipping, drawn), 1e-5, clipping.Rule);
    }

    [Fact]
    public void Geometric_median_agrees_with_many_plain_steps()
    {
        var random = new RandomStream(8);
        var drawn = Gathered.Draw(8, 9, 6, 3, far: 50);
        double[] weights = [.. drawn.Select(_ => 1.0 + random.Next(5))];
        AssertNear(NaiveRules.GeometricMedian(drawn, weights), Gathered.Result(Gathered.Empty(Rule(AggregationRule.GeometricMedian) with { MedianSteps = 10_000 }, 6), drawn, weights), 1e-4, AggregationRule.GeometricMedian);
    }

    [Theory]
    [MemberData(nameof(Keeping))]
    public void The_order_of_arrival_and_the_number_of_threads_change_no_bit(AggregationRule rule)
    {
        foreach (var bucketing in new[] { 1, 2 })
        {
            var spec = Rule(rule, 2) with { Bucketing = bucketing, Root = rule == AggregationRule.FlTrust ? Gathered.Client(3) : null };
            var drawn = Gathered.Draw(5, 22, Long, 2, far: 10);
            int[] backwards = [.. Enumerable.Range(0, drawn.Length).Reverse()];
            double[] weights = [.. drawn.Select((_, i) => 1.0 + i)];

            var expected = Gathered.Result(Gathered.Empty(spec, Long), drawn, weights);

            Assert.True(expected.AsSpan().SequenceEqual(Gathered.Result(Gathered.Empty(spec, Long, threads: 3), drawn, weights, backwards)), $"bucketing {bucketing}");
        }
    }

    [Theory]
    [MemberData(nameof(Keeping))]
    public void Attackers_however_far_off_do_not_move_the_result_beyond_what_honest_clients_sent(AggregationRule rule)
    {
        foreach (var seed in new ulong[] { 1, 2, 3, 4 })
        {
            var (honest, attackers, length) = (15, 3, 24);
            var root = rule == AggregationRule.FlTrust ? Gathered.Client(0) : null;
            var good = Gathered.Draw(seed, honest, length);
            float[][] bad = [.. Gathered.Draw(seed + 100, 0, length, attackers, far: 1e8)];
            // Clipping bounds what attackers move, f / n of the radius, and no more.
            var slack = rule == AggregationRule.CenteredClipping ? 1f : 0.02f;

            var result = Gathered.Result(Rule(rule, attackers) with { Root = root, Radius = 4, ClippingSteps = 10 }, [.. good, .. bad]);

            for (var i = 0; i < length; i++) Assert.InRange(result[i], good.Min(update => update[i]) - slack, good.Max(update => update[i]) + slack);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_krum_chooses_is_one_of_the_updates(ulong seed)
    {
        var drawn = Gathered.Draw(seed, 12, 19, 3);
        Assert.Contains(Gathered.Result(Rule(AggregationRule.Krum, 3), drawn), drawn);
    }

    [Theory]
    [MemberData(nameof(Keeping))]
    public void Equal_updates_come_to_themselves(AggregationRule rule)
    {
        float[] one = [1.5f, -2, 0.25f];
        var spec = Rule(rule) with { Root = rule == AggregationRule.FlTrust ? Gathered.Client(0) : null };
        Assert.Equal(one, Gathered.Result(spec, [.. Enumerable.Repeat(one, 8)]), new Near());
    }

    [Fact]
    public void Trimmed_mean_of_no_attackers_and_multi_krum_of_all_are_the_mean()
    {
        float[][] updates = [[1, 2], [3, 5], [8, -4], [0, 1], [3, 3]];
        Assert.Equal([3f, 1.4f], Gathered.Result(Rule(AggregationRule.TrimmedMean, 0), updates), new Near());
        Assert.Equal([3f, 1.4f], Gathered.Result(Rule(AggregationRule.MultiKrum, 0) with { Select = 5 }, updates), new Near());
    }

    private static AggregationSpec Rule(AggregationRule rule, int attackers = 1) => new() { Rule = rule, Attackers = attackers };

    private static void AssertNear(double[] expected, float[] actual, double tolerance, AggregationRule rule)
    {
        for (var i = 0; i < expected.Length; i++) Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"{rule}, value {i}: {actual[i]:R} for {expected[i]:R}");
    }

    private sealed class Near : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => Math.Abs(x - y) <= 1e-5f * Math.Max(1, Math.Abs(x));

        public int GetHashCode(float value) => 0;
    }
}
