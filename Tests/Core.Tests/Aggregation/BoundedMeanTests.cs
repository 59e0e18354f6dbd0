using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Tests.Algorithms;

namespace Federated.Core.Tests.Aggregation;

/// <summary>Norm bounding, and what the server makes of a round.</summary>
public sealed class BoundedMeanTests
{
    private static readonly AggregationSpec Bound = new() { Rule = AggregationRule.NormBound, Bound = 5 };

    // (30, 40) is cut to (3, 4), of weight 1; (1, 0) stays, of weight 3.
    [Fact]
    public void Long_updates_are_cut_and_weighed() => Assert.Equal([1.5f, 1f], Gathered.Result(Gathered.Empty(Bound, 2), [[30, 40], [1, 0]], [1, 3]));

    [Fact]
    public void Short_updates_give_the_bits_of_the_mean()
    {
        var drawn = Gathered.Draw(3, 9, 21);
        double[] weights = [.. drawn.Select((_, i) => 3.0 + i)];

        Assert.Equal(Gathered.Result(Gathered.Empty(new(), 21), drawn, weights), Gathered.Result(Gathered.Empty(Bound with { Bound = 100 }, 21), drawn, weights));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_is_not_finite_is_refused_and_changes_nothing(float bad)
    {
        var aggregate = Gathered.Empty(Bound, 2);
        Assert.Equal(AddOutcome.NotFinite, aggregate.TryAdd("bad", new[] { 1, bad }, 1));
        Assert.Equal([1f, 2f], Gathered.Result(aggregate, [[1, 2]]));
    }

    [Fact]
    public void No_update_moves_the_mean_further_than_the_bound_times_its_share()
    {
        var drawn = Gathered.Draw(6, 9, 40, 1, far: 1e9);
        var result = Gathered.Result(Bound, drawn);
        Assert.True(Math.Sqrt(result.Sum(value => (double)value * value)) <= 5 + 1e-5);
    }

    [Fact]
    public void Any_order_gives_the_same_bits()
    {
        var drawn = Gathered.Draw(9, 20, 33, 4, far: 40);
        Assert.Equal(Gathered.Result(Bound, drawn), Gathered.Result(Gathered.Empty(Bound, 33, threads: 2), drawn, order: [.. Enumerable.Range(0, 24).Reverse()]));
    }

    // As in the rule's own test, but through the state of a server, whose slots a checkpoint keeps: 5/3, then from there 20/9 (the model moves by the sum).
    [Fact]
    public void The_centre_goes_on_with_the_servers_state()
    {
        var job = new JobSpec { Federation = new() { Rounds = 5, Aggregation = new() { Rule = AggregationRule.CenteredClipping, Radius = 4 } } };
        var algorithm = AlgorithmCatalog.Create(job);
        var state = algorithm.Init(new(new([new("w", [1])]), new float[1]));
        for (var round = 0; round < 2; round++)
        {
            // Another coordinator, which knows nothing but the state.
            var aggregate = UpdateAggregates.Create(job, 1, threads: 1);
            foreach (var (client, value) in new[] { ("a", 3f), ("b", -2f), ("c", 10f) }) aggregate.TryAdd(client, new[] { value }, 1);
            state = ServerRound.Close(aggregate, algorithm, state, RoundOf.Losses((1, 0), (1, 0), (1, 0)));
        }

        Assert.Equal(20 / 9f, state.Slots[ServerRound.Center].Span[0], 1e-5f);
        Assert.Equal(5 / 3f + 20 / 9f, state.Parameters.Values.Span[0], 1e-5f);
    }

    [Fact]
    public void A_rule_without_a_centre_keeps_none()
    {
        var job = new JobSpec { Federation = new() { Aggregation = Bound } };
        var (algorithm, aggregate) = (AlgorithmCatalog.Create(job), UpdateAggregates.Create(job, 1, threads: 1));
        aggregate.TryAdd("a", new[] { 7f }, 2);

        var state = ServerRound.Close(aggregate, algorithm, algorithm.Init(new(new([new("w", [1])]), new float[1])), RoundOf.Losses((2, 0)));

        Assert.Empty(state.Slots);
        Assert.Equal(5f, state.Parameters.Values.Span[0]);
        Assert.Throws<InvalidOperationException>(() => aggregate.Aggregate(new float[1], 2));
    }
}
