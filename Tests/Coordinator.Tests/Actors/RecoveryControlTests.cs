using Federated.Coordinator.Actors;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

public sealed class RecoveryControlTests : RecoveryTest
{
    [Fact]
    public async Task Queue_keeps_its_order_and_the_run_that_was_at_work_goes_first()
    {
        await Begin(Job(1));
        var second = (await Ask<JobQueued>(Runs, Submission(Job(1)))).Run;
        var third = (await Ask<JobQueued>(Runs, Submission(Job(1)))).Run;

        await RestartAsync();
        await Eventually(details => details.Summary.Status == RunStatus.Running);

        var runs = (await Ask<ListReply>(Runs, GetRuns.Instance)).Runs;
        Assert.Equal([(third, RunStatus.Queued), (second, RunStatus.Queued), (Run, RunStatus.Running)], runs.Select(run => (run.Run, run.Status)));
        Assert.Equal(4, new[] { (await Ask<JobQueued>(Runs, Submission(Job(1)))).Run, Run, second, third }.Distinct().Count());
    }

    [Fact]
    public async Task Same_submission_is_the_same_run_also_after_a_restart()
    {
        var submission = Submission(Job()) with { Submission = "abc" };
        var first = (await Ask<JobQueued>(Runs, submission)).Run;
        Assert.Equal(first, (await Ask<JobQueued>(Runs, submission)).Run);
        await RestartAsync();
        Assert.Equal(first, (await Ask<JobQueued>(Runs, submission)).Run);
        Assert.NotEqual(first, (await Ask<JobQueued>(Runs, submission with { Submission = "abd" })).Run);
    }

    [Fact]
    public async Task Paused_run_puts_its_round_back_and_goes_on_with_it_when_it_is_resumed_also_after_a_restart()
    {
        await Begin(Job(1));
        var before = Tasks(2).Select(task => task.Id).ToHashSet();
        Assert.Equal(RunStatus.Paused, (await Find<RunSummary>(Runs, new PauseRun(Run)))!.Status);
        Assert.Equal(RunStatus.Paused, (await Find<RunSummary>(Runs, new PauseRun(Run)))!.Status);
        Worker.ExpectNoMsg(TimeSpan.Zero);

        await RestartAsync();
        Attach();
        Assert.Equal(RunStatus.Paused, (await Details()).Summary.Status);
        Assert.Equal(RunStatus.Queued, (await Find<RunSummary>(Runs, new ResumeRun(Run)))!.Status);
        var after = Tasks(2);
        Assert.Equal(before, after.Select(task => task.Id).ToHashSet());
        await Train(after);
        await Eventually(details => details.Rounds.Count == 1);
        Assert.Equal((1, 10.5f, 21f), await Model());
    }

    [Fact]
    public async Task Paused_run_makes_room_for_the_next_one()
    {
        await Begin(Job(1));
        var second = (await Ask<JobQueued>(Runs, Submission(Job(1)))).Run;
        await Find<RunSummary>(Runs, new PauseRun(Run));
        await AwaitConditionAsync(async () => (await Find<RunDetails>(Runs, new GetRun(second)))!.Summary.Status == RunStatus.Running, TimeSpan.FromSeconds(10));
        Assert.Equal(RunStatus.Queued, (await Find<RunSummary>(Runs, new ResumeRun(Run)))!.Status);
    }

    [Fact]
    public async Task Stopped_run_is_retried_after_its_last_round_also_when_the_coordinator_restarts_meanwhile()
    {
        await Begin(Job(2));
        await Round(1);
        await Eventually(details => details.Rounds.Count == 1);
        await Find<RunSummary>(Runs, new StopRun(Run));
        Assert.Contains("cannot be resumed", (await Ask<RunRefused>(Runs, new ResumeRun(Run))).Detail, StringComparison.Ordinal);
        Assert.NotNull(await Find<RunSummary>(Runs, new RetryRun(Run)));
        await Eventually(details => details.Summary.Status == RunStatus.Running);

        await RestartAsync();
        Attach();
        await Round(2);
        await Eventually(details => details.Rounds.Count == 2);
        Assert.Equal((2, 11f, 22f), await Model());
    }

    [Fact]
    public async Task Completed_run_is_not_retried()
    {
        await Begin(Job(1));
        await Train(Tasks(2));
        await Offer(Runs, Measured(Tasks(1).Single().Id, 600, 300));
        await Eventually(details => details.Summary.Status == RunStatus.Completed);
        Assert.Contains("only a run that failed or was stopped", (await Ask<RunRefused>(Runs, new RetryRun(Run))).Detail, StringComparison.Ordinal);
    }
}
