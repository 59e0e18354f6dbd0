using Federated.Core.Aggregation;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Aggregation;

public sealed class SeveralUpdatesTests
{
    // All of them, in other groups: the bits are the same.
    [Theory]
    [InlineData(AggregationRule.Mean)]
    [InlineData(AggregationRule.NormBound)]
    [InlineData(AggregationRule.Median)]
    public void Updates_taken_together_come_to_what_they_do_one_after_the_other(AggregationRule rule)
    {
        var updates = Gathered.Draw(seed: 5, honest: 9, length: 33);
        var spec = new AggregationSpec { Rule = rule, Attackers = 1 };
        var expected = Gathered.Result(Gathered.Empty(spec, 33), updates);
        foreach (var together in new[] { 2, 4, 9 })
        {
            var aggregate = Gathered.Empty(spec, 33);
            foreach (var some in Enumerable.Range(0, 9).Chunk(together))
            {
                var outcomes = new AddOutcome[some.Length];
                aggregate.TryAdd([.. some.Select(i => new ClientUpdate(Gathered.Client(i), updates[i], 1))], outcomes);
                Assert.All(outcomes, outcome => Assert.Equal(AddOutcome.Added, outcome));
            }
            var result = new float[33];
            aggregate.Aggregate(result, 1);
            Assert.Equal(expected, result);
        }
    }

    // (1 * 1 + 3 * 5) / 4.
    [Theory]
    [InlineData(AggregationRule.Mean)]
    [InlineData(AggregationRule.NormBound)]
    public void One_that_is_refused_is_refused_alone(AggregationRule rule)
    {
        var aggregate = Gathered.Empty(new() { Rule = rule, Bound = 100 }, 1);
        var outcomes = new AddOutcome[4];
        aggregate.TryAdd([new("a", new[] { 1f }, 1), new("b", new[] { float.NaN }, 1), new("c", new[] { 1f }, ExactMean.Limit), new("d", new[] { 5f }, 3)], outcomes);
        Assert.Equal([AddOutcome.Added, AddOutcome.NotFinite, AddOutcome.OutOfRange, AddOutcome.Added], outcomes);
        var result = new float[1];
        aggregate.Aggregate(result, 1);
        Assert.Equal([4f], result);
    }

    // A refused vector has been added and is taken out again: to the bit, whatever it held, in whole vectors of the processor and in the rest, over several tiles.
    [Fact]
    public void What_is_refused_leaves_no_trace()
    {
        const int length = 9_001;
        var updates = Gathered.Draw(seed: 7, honest: 4, length: length);
        var strange = new[] { float.NaN, BitConverter.Int32BitsToSingle(0x7FA12345), float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, float.Epsilon };
        var bad = Enumerable.Range(0, length).Select(i => strange[i % strange.Length]).ToArray();
        var huge = Enumerable.Repeat(1f, length).ToArray();
        huge[^1] = 1e20f;

        var (clean, mixed) = (new ExactMean(length), new ExactMean(length));
        foreach (var update in updates) Assert.Equal(AddOutcome.Added, clean.TryAdd(update, 3));
        var outcomes = new AddOutcome[5];
        mixed.TryAdd([new(bad, 1), new(updates[0], 3), new(huge, 7), new(updates[1], 3), new(updates[2], double.PositiveInfinity)], outcomes);
        Assert.Equal([AddOutcome.NotFinite, AddOutcome.Added, AddOutcome.OutOfRange, AddOutcome.Added, AddOutcome.OutOfRange], outcomes);
        Assert.Equal(AddOutcome.NotFinite, mixed.TryAdd(bad, 1e300));
        foreach (var update in updates[2..]) Assert.Equal(AddOutcome.Added, mixed.TryAdd(update, 3));

        Assert.Equal((4, 12.0), (mixed.Count, mixed.TotalWeight));
        Assert.Equal(Mean(clean), Mean(mixed));

        static float[] Mean(ExactMean mean)
        {
            var result = new float[mean.Length];
            mean.Mean(result);
            return result;
        }
    }

    [Theory]
    [InlineData(AggregationRule.Mean)]
    [InlineData(AggregationRule.Median)]
    public void As_many_outcomes_as_updates_are_needed(AggregationRule rule) =>
        Assert.Throws<ArgumentException>(() => Gathered.Empty(new() { Rule = rule, Attackers = 1 }, 1).TryAdd([new("a", new float[1], 1)], []));
}
