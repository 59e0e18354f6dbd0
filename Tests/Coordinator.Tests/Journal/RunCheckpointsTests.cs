using Federated.Coordinator.Journal;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Coordinator.Tests.Journal;

/// <summary>Which checkpoint is the best, by what a job's evaluations mean.</summary>
public sealed class RunCheckpointsTests
{
    [Fact]
    public void Most_hits_are_best_whatever_the_loss() => Assert.Equal([1, 3], Kept(Loss.CrossEntropy, (80, 30), (70, 10), (75, 20)));

    [Fact]
    public void Least_loss_is_best_where_the_loss_knows_no_hits() => Assert.Equal([2, 3], Kept(Loss.Mse, (80, 30), (70, 10), (75, 20)));

    [Fact]
    public void Hits_decide_where_the_job_leaves_the_loss_open_and_there_are_some() => Assert.Equal([1, 3], Kept(null, (80, 30), (70, 10), (75, 20)));

    [Fact]
    public void Loss_decides_where_the_job_leaves_it_open_and_nothing_is_ever_hit() => Assert.Equal([2, 3], Kept(null, (0, 30), (0, 10), (0, 20)));

    [Fact]
    public void Single_hit_ranks_above_any_loss_without_one() => Assert.Equal([1, 3], Kept(null, (1, 300), (0, 10), (0, 20)));

    [Fact]
    public void Evaluation_without_an_example_ranks_nowhere()
    {
        var checkpoints = Three(new() { Model = new() { Name = "logistic" } });
        checkpoints.Apply(Evaluated(1, new() { Examples = 0, Correct = 0, LossSum = 0 }));
        foreach (var round in (int[])[2, 3]) checkpoints.Apply(Evaluated(round, new() { Examples = 100, Correct = (ulong)round, LossSum = 1 }));

        Assert.Equal([3], checkpoints.Kept.Select(kept => kept.Round));
    }

    private static IEnumerable<int> Kept(Loss? loss, params (ulong Correct, double LossSum)[] evaluations)
    {
        var checkpoints = Three(new() { Model = new() { Name = "logistic" }, Training = new() { Loss = loss } });
        foreach (var (place, (correct, lossSum)) in evaluations.Index())
            checkpoints.Apply(Evaluated(place + 1, new() { Examples = 100, Correct = correct, LossSum = lossSum }));
        return checkpoints.Kept.Select(kept => kept.Round);
    }

    private static RunCheckpoints Three(JobSpec job)
    {
        var checkpoints = new RunCheckpoints(job, keep: 1);
        for (var round = 1; round <= 3; round++)
            checkpoints.Apply(new() { RoundKept = new() { Report = new() { Round = (uint)round }, Checkpoint = new() { Name = $"round-{round}" }, Measured = true } });
        return checkpoints;
    }

    private static RunEntry Evaluated(int round, Metrics metrics) => new() { Evaluated = new() { Round = (uint)round, Metrics = metrics } };
}
