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

    [Theory]
    [InlineData(AggregationRule.Mean)]
    [InlineData(AggregationRule.Median)]
    public void As_many_outcomes_as_updates_are_needed(AggregationRule rule) =>
        Assert.Throws<ArgumentException>(() => Gathered.Empty(new() { Rule = rule, Attackers = 1 }, 1).TryAdd([new("a", new float[1], 1)], []));
}
