using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

public sealed class RecoveryStorageTests : RecoveryTest
{
    [Fact]
    public async Task Lost_checkpoint_sends_the_run_back_to_the_last_whole_one_and_the_model_is_the_same()
    {
        await Begin(Job(3));
        await Round(1);
        await Round(2);
        await Eventually(details => details.Rounds.Count == 2);
        Assert.True(Checkpoints.Files.TryRemove($"{Run}/{MemoryCheckpoints.NameOf(1, 2)}", out _));

        await RestartAsync();
        await Eventually(details => details.Rounds.Count == 1);
        Assert.Contains((await Details()).Incidents, incident => incident.Contains("is missing", StringComparison.Ordinal));
        Attach();
        await Round(2);
        await Round(3);
        await Eventually(details => details.Rounds.Count == 3);
        Assert.Equal((3, 11.5f, 23f), await Model());
    }

    [Fact]
    public async Task Run_without_any_checkpoint_fails_and_goes_on_by_a_retry_when_they_are_back()
    {
        await Begin(Job(1));
        await AwaitConditionAsync(() => Task.FromResult(Checkpoints.Files.Count == 1), TimeSpan.FromSeconds(10));
        var (name, state) = Checkpoints.Files.Single();
        Checkpoints.Files.Clear();
        await RestartAsync();
        await Eventually(details => details.Summary.Status == RunStatus.Failed);
        Assert.StartsWith("No checkpoint of the run can be read: Checkpoint round-0-epoch-1 is missing.", (await Details()).Summary.Reason, StringComparison.Ordinal);

        Checkpoints.Files[name] = state;
        Assert.NotNull(await Find<RunSummary>(Runs, new RetryRun(Run)));
        Attach();
        await Train(Tasks(2));
        await Eventually(details => details.Rounds.Count == 1);
        Assert.Equal((1, 10.5f, 21f), await Model());
    }

    [Fact]
    public async Task Store_that_is_away_is_waited_for_and_nothing_is_given_up()
    {
        await Begin(Job(1));
        await AwaitConditionAsync(() => Task.FromResult(Checkpoints.Files.Count == 1), TimeSpan.FromSeconds(10));
        Checkpoints.FailingReads = 3;
        await RestartAsync();
        Attach();
        await AwaitConditionAsync(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(Worker.HasMessages);
        }, TimeSpan.FromSeconds(10));
        Assert.Equal(1u, Tasks(1).Single().Id.Round);
        Assert.DoesNotContain((await Details()).Incidents, incident => incident.Contains("Went back", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Result_that_no_store_can_keep_fails_its_attempt_with_the_reason()
    {
        await Begin(Job(1));
        Checkpoints.ImpossibleWrites = 1;
        await Train(Tasks(2));
        Assert.All(Tasks(2), task => Assert.Equal(2u, task.Id.Attempt));
        Assert.Empty((await Details()).Rounds);
    }

    [Fact]
    public async Task Checkpoint_that_cannot_be_written_holds_the_round_up_until_it_can()
    {
        await Begin(Job(1));
        Events = await Watch();
        Checkpoints.FailingWrites = 3;
        await Train(Tasks(2));
        Assert.Contains("No space left on device.", await Notice("The state after round 1 could not be kept"), StringComparison.Ordinal);
        Assert.Empty((await Details()).Rounds);
        await AwaitConditionAsync(() =>
        {
            Advance(TimeSpan.FromSeconds(16));
            return Task.FromResult(Checkpoints.FailingWrites == 0);
        }, TimeSpan.FromSeconds(10));
        await AwaitConditionAsync(async () =>
        {
            Advance(TimeSpan.FromSeconds(16));
            return (await Details()).Rounds.Count == 1;
        }, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Coordinator_that_was_replaced_cannot_commit_and_ends()
    {
        var ended = new TaskCompletionSource<string>();
        await StopAsync();
        Runs = Sys.ActorOf(RunsActor.Props(Settings with { Fenced = ended.SetResult }), "old");
        await Begin(Job(1));
        var tasks = Tasks(2);
        var old = Runs;

        // It does not know that it was taken for dead.
        StartCoordinator();
        await Eventually(details => details.Summary.Status == RunStatus.Running);
        foreach (var task in tasks) old.Tell(Update(task.Id, [1f, 1f]));

        // Its next entry takes a number that is taken; then it finds out.
        await AwaitConditionAsync(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(ended.Task.IsCompleted);
        }, TimeSpan.FromSeconds(10));
        Assert.Contains("nother coordinator", await ended.Task, StringComparison.Ordinal);
        Assert.Empty((await Details()).Rounds);
        Assert.IsType<JournalUnavailable>(await Ask<object>(old, Submission(Job())));
    }

    [Fact]
    public async Task Idle_coordinator_that_was_replaced_finds_out_by_looking()
    {
        var ended = new TaskCompletionSource<string>();
        await StopAsync();
        var old = Sys.ActorOf(RunsActor.Props(Settings with { Fenced = ended.SetResult }), "old");
        await Ask<ListReply>(old, GetRuns.Instance);
        StartCoordinator();
        await Ask<ListReply>(Runs, GetRuns.Instance);
        Assert.False(ended.Task.IsCompleted);
        await AwaitConditionAsync(() =>
        {
            Advance(Settings.EpochCheck);
            return Task.FromResult(ended.Task.IsCompleted);
        }, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Only_the_latest_and_the_best_checkpoints_are_kept()
    {
        await Begin(Job(6));
        for (uint round = 1; round <= 5; round++) await RoundWithEvaluation(round);
        await AwaitConditionAsync(async () =>
        {
            // Evaluations run beside the rounds and may lag behind all five.
            while (Worker.HasMessages) await Measure(Tasks(1).Single());
            return (await Details()).KeptRounds is [2, 3, 4, 5];
        }, TimeSpan.FromSeconds(10));
        await AwaitConditionAsync(() => Task.FromResult(Checkpoints.Files.Count == 4), TimeSpan.FromSeconds(10));
        Assert.Equal(2, (await Find<CommittedModel>(Runs, new GetModel(Run, 2)))!.Round);
        Assert.Contains("after rounds 2, 3, 4, 5 are", (await Ask<RunRefused>(Runs, new GetModel(Run, 1))).Detail, StringComparison.Ordinal);
    }
}
