using Federated.Core.Aggregation;
using Federated.Core.Aggregation.Vectors;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Aggregation;

/// <summary>Keeping a round's updates, and how many there must be.</summary>
public sealed class KeptUpdatesTests
{
    private static readonly AggregationSpec Median = new() { Rule = AggregationRule.Median };

    [Theory]
    [InlineData(float.NaN, 1.0, AddOutcome.NotFinite)]
    [InlineData(float.NegativeInfinity, 1.0, AddOutcome.NotFinite)]
    [InlineData(4398046511104f, 1.0, AddOutcome.OutOfRange)]
    [InlineData(2f, 2199023255552.0, AddOutcome.OutOfRange)]
    [InlineData(0f, 1e-7, AddOutcome.OutOfRange)]
    public void A_refused_update_changes_nothing(float bad, double weight, AddOutcome expected)
    {
        var aggregate = Gathered.Empty(Median, 2);
        foreach (var client in Enumerable.Range(0, 3)) Assert.Equal(AddOutcome.Added, aggregate.TryAdd(Gathered.Client(client), new float[] { 1, client }, 1));

        Assert.Equal(expected, aggregate.TryAdd("bad", new[] { 1, bad }, weight));

        var result = new float[2];
        aggregate.Aggregate(result, 1);
        Assert.Equal([1f, 1f], result);
    }

    [Fact]
    public void An_update_is_kept_as_a_copy_and_room_is_used_again()
    {
        var aggregate = Gathered.Empty(Median, 1);
        float[] buffer = [5];
        for (var client = 0; client < 3; client++)
        {
            aggregate.TryAdd(Gathered.Client(client), buffer, 1);
            buffer[0]++;
        }
        var result = new float[1];
        aggregate.Aggregate(result, 1);
        Assert.Equal([6f], result);

        aggregate.Clear();
        Assert.Equal([2f], Gathered.Result(aggregate, [[1], [2], [3]]));
    }

    [Fact]
    public void Nobody_counts_twice()
    {
        var aggregate = Gathered.Empty(Median, 1);
        aggregate.TryAdd("a", new float[1], 1);
        Assert.Throws<ArgumentException>(() => aggregate.TryAdd("a", new float[1], 1));
    }

    [Theory]
    [InlineData(AggregationRule.Median, 2, 5, "median with attackers 2 needs n ≥ 2 f + 1 = 5 updates, and there are 4.")]
    [InlineData(AggregationRule.TrimmedMean, 1, 3, "trimmed_mean with attackers 1 needs n ≥ 2 f + 1 = 3 updates, and there are 2.")]
    [InlineData(AggregationRule.Krum, 2, 7, "krum with attackers 2 needs n ≥ 2 f + 3 = 7 updates, and there are 6.")]
    [InlineData(AggregationRule.MultiKrum, 1, 5, "multi_krum with attackers 1 needs n ≥ 2 f + 3 = 5 updates, and there are 4.")]
    [InlineData(AggregationRule.Bulyan, 2, 11, "bulyan with attackers 2 needs n ≥ 4 f + 3 = 11 updates, and there are 10.")]
    [InlineData(AggregationRule.GeometricMedian, 3, 7, "geometric_median with attackers 3 needs n ≥ 2 f + 1 = 7 updates, and there are 6.")]
    [InlineData(AggregationRule.CenteredClipping, 1, 3, "centered_clipping with attackers 1 needs n ≥ 2 f + 1 = 3 updates, and there are 2.")]
    [InlineData(AggregationRule.FlTrust, 2, 4, "fltrust with attackers 2 needs n ≥ f + 2 = 4 updates, and there are 3.")]
    public void Too_few_updates_are_refused_with_the_inequality(AggregationRule rule, int attackers, int least, string reason)
    {
        var spec = new AggregationSpec { Rule = rule, Attackers = attackers, Root = rule == AggregationRule.FlTrust ? Gathered.Client(0) : null };
        float[][] updates = [.. Enumerable.Range(0, least).Select(i => new[] { 1f + i })];

        Assert.Equal(least, new AggregationFit(spec).Least);
        Assert.Equal(reason, Assert.Throws<InvalidOperationException>(() => Gathered.Result(spec, updates[1..].Prepend(updates[0]).Take(least - 1).ToArray())).Message);
        Assert.InRange(Gathered.Result(spec, updates)[0], 1, least);
    }

    [Fact]
    public void More_selected_updates_than_honest_ones_need_more_clients() =>
        Assert.Equal("multi_krum with attackers 1 needs n ≥ m + f = 9 updates, and there are 5.", new AggregationFit(new() { Rule = AggregationRule.MultiKrum, Select = 8 }).TooFew(5));

    [Fact]
    public void What_a_rule_keeps_is_told()
    {
        Assert.Null(new AggregationFit(new()).Memory(10, 1000));
        Assert.Null(new AggregationFit(new() { Rule = AggregationRule.NormBound }).Memory(10, 1000));
        Assert.Equal("krum keeps all updates of a round: 10 updates of 25,000,000 values of 4 bytes are 1 GB of the coordinator's memory.",
            new AggregationFit(new() { Rule = AggregationRule.Krum }).Memory(10, 25_000_000));
        Assert.Equal("median keeps all updates of a round: 4 bytes × the model's values × 15 updates and buckets of the coordinator's memory.",
            new AggregationFit(new() { Rule = AggregationRule.Median, Bucketing = 2 }).Memory(10, values: null));
    }

    // A network that sorts every sequence of zeros and ones sorts everything (Knuth 3, section 5.3.4, theorem Z).
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(11)]
    [InlineData(16)]
    public void The_network_sorts_every_sequence_of_zeros_and_ones(int count)
    {
        var network = SortingNetwork.Of(count);
        for (var bits = 0; bits < 1 << count; bits++)
        {
            int[] values = [.. Enumerable.Range(0, count).Select(i => (bits >> i) & 1)];
            foreach (var (lower, upper) in network)
                if (values[lower] > values[upper]) (values[lower], values[upper]) = (values[upper], values[lower]);
            Assert.Equal(values.Order(), values);
        }
    }
}
