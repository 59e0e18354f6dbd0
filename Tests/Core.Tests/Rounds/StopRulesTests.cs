using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Rounds;

namespace Federated.Core.Tests.Rounds;

public sealed class StopRulesTests
{
    [Fact]
    public void Target_is_reached_from_below_where_higher_is_better()
    {
        var stop = new StopSpec { Metric = "auroc", Target = 0.9 };
        Assert.Null(Reached(stop, "auroc", 0.7, 0.8999));
        Assert.Equal("Round 2 reached auroc 0.9; the stop rule asks for 0.9.", Reached(stop, "auroc", 0.7, 0.9));
    }

    [Fact]
    public void Target_is_reached_from_above_where_lower_is_better()
    {
        var stop = new StopSpec { Metric = "rmse", Target = 2 };
        Assert.Null(Reached(stop, "rmse", 3, 2.1));
        Assert.Equal("Round 3 reached rmse 1.5; the stop rule asks for 2.", Reached(stop, "rmse", 3, 2.1, 1.5));
    }

    [Fact]
    public void Patience_ends_after_so_many_evaluations_without_improvement()
    {
        var stop = new StopSpec { Metric = "auroc", Patience = 2 };
        Assert.Null(Reached(stop, "auroc", 0.8, 0.7));
        // The same value again is no improvement.
        Assert.Equal("After round 3, auroc had not improved on 0.8 of round 1 for 2 evaluations; the stop rule allows 2.", Reached(stop, "auroc", 0.8, 0.7, 0.8));
        Assert.Null(Reached(stop, "auroc", 0.8, 0.7, 0.81));
        Assert.Null(Reached(stop, "auroc", 0.8, 0.7, 0.81, 0.8));
        Assert.NotNull(Reached(stop, "auroc", 0.8, 0.7, 0.81, 0.8, 0.8));
    }

    [Fact]
    public void Improvement_must_be_above_the_minimum()
    {
        var stop = new StopSpec { Metric = "loss", Patience = 2, MinimumImprovement = 0.25 };
        Assert.Null(Loss(stop, 2, 1.75, 1.5));
        // 0.25 below the best each time is not above 0.25; the best stays 2, so that small steps add up.
        Assert.Null(Loss(stop, 2, 1.75, 1.5, 1.25));
        Assert.NotNull(Loss(stop, 2, 1.75, 1.875));
    }

    [Fact]
    public void Evaluations_that_failed_or_lack_the_figure_do_not_count()
    {
        var stop = new StopSpec { Metric = "auroc", Patience = 2 };
        Assert.Null(Reached(stop, "auroc", 0.8, null, null, 0.7));
        Assert.NotNull(Reached(stop, "auroc", 0.8, null, 0.7, 0.6));
        // The last one tells nothing new: the decision fell before it.
        Assert.Null(Reached(stop, "auroc", 0.8, 0.7, 0.6, null));
        Assert.Null(StopRules.Reached(stop, 3, Evaluations("rmse", [1, 2, 3])));
    }

    [Fact]
    public void Round_that_is_not_measured_yet_ends_nothing() =>
        Assert.Null(StopRules.Reached(new() { Metric = "auroc", Target = 0.5 }, 3, Evaluations("auroc", [0.9, 0.9])));

    [Fact]
    public void Decision_is_the_same_when_the_changes_are_read_again()
    {
        var job = new JobSpec { Federation = new() { Rounds = 9 }, Stop = new() { Metric = "auroc", Patience = 1 } };
        RunChange[] changes =
        [
            new RunChange.Started(), new RunChange.Initialised("h", [new("a", 1)], 10),
            new RunChange.RoundOpened(1, 1, new(["a"], 1, 1)), new RunChange.RoundCommitted(1, "h1", Measured: true, FailedClients: []), new RunChange.Evaluated(1, Measured("auroc", 0.9)),
            new RunChange.RoundOpened(2, 1, new(["a"], 1, 1)), new RunChange.RoundCommitted(2, "h2", Measured: true, FailedClients: []), new RunChange.Evaluated(2, Measured("auroc", 0.8)),
        ];
        var decisions = Enumerable.Range(0, 2).Select(_ => changes.Aggregate(RunState.Initial, (state, change) => state.Apply(change)).Next(job)).ToArray();
        Assert.Equal(RunStep.Complete, decisions[0].Step);
        Assert.Equal(decisions[0], decisions[1]);
        // After a rollback only what is left counts.
        var back = changes.Append(new RunChange.RolledBack(1, "h1")).Aggregate(RunState.Initial, (state, change) => state.Apply(change));
        Assert.Equal((RunStep.OpenRound, 2), (back.Next(job).Step, back.Next(job).Round));
        // The second round waits for what came of the first.
        Assert.False(changes[..4].Append(changes[5]).Aggregate(RunState.Initial, (state, change) => state.Apply(change)).MayCommit(job));
    }

    private static string? Reached(StopSpec stop, string metric, params double?[] values) => StopRules.Reached(stop, values.Length, Evaluations(metric, values));

    private static string? Loss(StopSpec stop, params double[] losses) => StopRules.Reached(
        stop, losses.Length, losses.Select((loss, i) => (i, loss)).ToImmutableSortedDictionary(pair => pair.i + 1, Measurement? (pair) => new(new(4, 4 * pair.loss, 0), [])));

    private static ImmutableSortedDictionary<int, Measurement?> Evaluations(string metric, double?[] values) =>
        values.Select((value, i) => (i, value)).ToImmutableSortedDictionary(pair => pair.i + 1, pair => pair.value is { } value ? Measured(metric, value) : null);

    private static Measurement Measured(string metric, double value) => new(new(10, 1, 5), [new(metric, value)]);
}
