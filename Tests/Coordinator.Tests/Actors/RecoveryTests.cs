using System.Threading.Channels;
using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>Coordinators that die and come back on the same journal, while their only worker lives on. The worker is a probe: the test decides what is answered,
/// and when.</summary>
public sealed class RecoveryTests : ProbedRunTest
{
    private Channel<RunEvent> _events = Channel.CreateUnbounded<RunEvent>();

    public RecoveryTests() => StartCoordinator();

    [Fact]
    public async Task Run_that_had_begun_nothing_yet_begins_after_a_restart()
    {
        await Submit(Job());
        await RestartAsync();
        Attach();
        Assert.Equal(TaskKind.Initialise, Tasks(1).Single().Id.Kind);
    }

    [Fact]
    public async Task Open_round_asks_the_same_clients_under_the_same_attempt_and_gives_the_same_model()
    {
        await Begin(Job(2));
        await Round(1);
        var before = Tasks(3).Where(task => task.Id.Kind == TaskKind.Train).ToArray();
        await Train(before[0]);

        await RestartAsync();
        Attach();
        var after = Tasks(3).Where(task => task.Id.Kind == TaskKind.Train).ToArray();

        Assert.Equal(before.Select(task => task.Id).OrderBy(id => id.Client), after.Select(task => task.Id).OrderBy(id => id.Client));
        Assert.Equal(before[0].Parameters, after[0].Parameters);
        // What was counted and not committed is sent again; it counts once.
        await Train(after);
        await Eventually(details => details.Rounds.Count == 2);
        Assert.Equal((2, 11f, 22f), await Model());
    }

    [Fact]
    public async Task Clients_that_keep_a_state_go_to_the_worker_that_has_it_with_its_round_also_after_a_restart()
    {
        var job = Job(3);
        await Begin(job with { Federation = job.Federation with { Algorithm = new() { Name = "feddyn" } } });
        var first = await TrainTasks();
        Assert.All(first, task => Assert.Equal(0u, task.StateRound));
        await TrainHere(first);
        Assert.All(await TrainTasks(), task => Assert.Equal((2u, 1u), (task.Id.Round, task.StateRound)));

        await RestartAsync();
        var other = CreateTestProbe();
        other.IgnoreMessages(message => message is OpenRun or CancelTasks or RoundCommitted || message is AssignTask { Id.Kind: TaskKind.Evaluate });
        Runs.Tell(HelloOf("w2", 8, "s2"), other);
        other.ExpectMsg<Welcome>();
        await Eventually(details => details.Summary.Workers == 1);
        Attach();
        var second = await TrainTasks();
        Assert.All(second, task => Assert.Equal((2u, 1u), (task.Id.Round, task.StateRound)));
        await TrainHere(second);

        Assert.All(await TrainTasks(), task => Assert.Equal((3u, 2u), (task.Id.Round, task.StateRound)));
        Assert.False(other.HasMessages);

        async Task<AssignTask[]> TrainTasks()
        {
            var tasks = new List<AssignTask>();
            while (tasks.Count < 2)
            {
                var task = Tasks(1).Single();
                if (task.Id.Kind == TaskKind.Train) tasks.Add(task);
                else await Measure(task);
            }
            return [.. tasks];
        }

        async Task TrainHere(AssignTask[] tasks)
        {
            foreach (var task in tasks)
            {
                var update = Update(task.Id, [1f, 2f]);
                update.Header.Worker = "w1";
                Assert.Equal(Refusal.Unspecified, (await Offer(Runs, update)).Refused);
            }
        }
    }

    [Fact]
    public async Task Centre_of_the_last_round_is_there_after_a_restart()
    {
        var job = With(Job(2), cohort => cohort with { Minimum = 3 });
        await Begin(job with { Federation = job.Federation with { Aggregation = new() { Rule = AggregationRule.CenteredClipping, Radius = 4 } } }, ("a", 1), ("b", 1), ("c", 1));
        await Clipped(1);
        await Eventually(details => details.Rounds.Count == 1);

        await RestartAsync();
        Attach();
        await Clipped(2);
        await Eventually(details => details.Rounds.Count == 2);

        // 3, -2 and 10 within 4 of the centre: from 0 to (3 - 2 + 4) / 3 = 5/3, from there to (3 - 2 + 17/3) / 3 = 20/9; both on 10.
        var (round, first, _) = await Model();
        Assert.Equal(2, round);
        Assert.Equal(10 + 5 / 3f + 20 / 9f, first, 1e-5f);

        async Task Clipped(uint round)
        {
            for (var trained = 0; trained < 3;)
            {
                if (Tasks(1).Single() is not { Id.Kind: TaskKind.Train } task || task.Id.Round != round) continue;
                await Offer(Runs, Update(task.Id, [task.Id.Client switch { "a" => 3f, "b" => -2f, _ => 10f }, 0f]));
                trained++;
            }
        }
    }

    [Fact]
    public async Task Open_attempt_after_a_failed_one_keeps_its_number_and_its_cohort()
    {
        await Begin(With(Job(), cohort => cohort with { Minimum = 2, Fraction = 0.5 }), clients: [.. Enumerable.Range(0, 8).Select(i => ($"c{i}", 1ul))]);
        foreach (var task in Tasks(3)) await Offer(Runs, Failure(task.Id, "Out of memory."));
        var before = Tasks(4).Where(task => task.Id.Attempt == 2).Select(task => task.Id).ToHashSet();

        await RestartAsync();
        Attach();

        Assert.All(Tasks(4), task => Assert.Equal(2u, task.Id.Attempt));
        Assert.NotEmpty(before);
    }

    [Fact]
    public async Task Evaluation_that_was_not_in_is_asked_for_again()
    {
        await Begin(Job(1));
        await Train(Tasks(2));
        var evaluation = Tasks(1).Single();
        Assert.Equal(TaskKind.Evaluate, evaluation.Id.Kind);

        await RestartAsync();
        Attach();
        var again = Tasks(1).Single();

        Assert.Equal(evaluation, again);
        await Offer(Runs, Measured(again.Id, 600, 540));
        await Eventually(details => details.Summary.Status == RunStatus.Completed);
        Assert.Equal(540ul, (await Details()).Rounds.Single().Evaluation.Correct);
    }

    [Fact]
    public async Task Everything_that_was_told_of_a_run_is_told_after_a_restart()
    {
        await Submit(Job(2));
        await Eventually(details => details.Summary.Status == RunStatus.Running);
        Advance(TimeSpan.FromSeconds(5));
        Attach();
        await Offer(Runs, Initialised(Tasks(1).Single().Id, 400, ("a", 1), ("b", 1)));
        Runs.Tell(new BytesMoved(Run, Down: 100, Up: 30));
        await Round(1);
        var evaluation = Tasks(3).Single(task => task.Id.Kind == TaskKind.Evaluate);
        await Offer(Runs, Measured(evaluation.Id, 600, 540));
        await Eventually(details => details.Summary.HasAccuracy);
        var before = await Details();

        await RestartAsync();
        var after = await Details();

        Assert.Equal(before.Rounds, after.Rounds);
        Assert.Equal(before.JobYaml, after.JobYaml);
        Assert.Equal(before.KeptRounds, after.KeptRounds);
        Assert.True(after.Summary.WallSeconds >= 5);
        var (one, other) = (before.Summary.Clone(), after.Summary.Clone());
        (one.WallSeconds, other.WallSeconds, one.Workers) = (0, 0, other.Workers);
        Assert.Equal(one, other);
    }

    [Fact]
    public async Task Ended_run_is_listed_and_shown_and_its_model_is_read_from_its_checkpoint()
    {
        await Begin(Job(1));
        await Train(Tasks(2));
        await Offer(Runs, Measured(Tasks(1).Single().Id, 600, 300));
        await Eventually(details => details.Summary.Status == RunStatus.Completed);
        var before = await Details();
        var model = await Model();

        await RestartAsync();

        Assert.Equal(RunStatus.Completed, (await Ask<ListReply>(Runs, GetRuns.Instance)).Runs.Single().Status);
        Assert.Equal(before.Rounds, (await Details()).Rounds);
        Assert.Equal(model, await Model());
    }

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
        _events = await Watch();
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

    private void StartCoordinator() => Runs = Sys.ActorOf(RunsActor.Props(Settings));

    private async Task StopAsync()
    {
        Watch(Runs);
        Sys.Stop(Runs);
        await ExpectTerminatedAsync(Runs);
    }

    private async Task RestartAsync()
    {
        await StopAsync();
        // What the old one had sent.
        while (Worker.HasMessages) Worker.ReceiveOne();
        StartCoordinator();
        await Ask<ListReply>(Runs, GetRuns.Instance);
    }

    private protected override async Task Submit(JobSpec job) => Run = (await Ask<JobQueued>(Runs, Submission(job))).Run;

    /// <summary>Trains a round, and measures what is to be measured meanwhile: the model of round 2 is the best.</summary>
    private async Task RoundWithEvaluation(uint round)
    {
        var trained = 0;
        while (trained < 2)
        {
            var task = Tasks(1).Single();
            await Measure(task);
            if (task.Id.Kind == TaskKind.Train && task.Id.Round == round && ++trained > 0) await Train(task);
        }
    }

    private async Task Measure(AssignTask task)
    {
        if (task.Id.Kind == TaskKind.Evaluate) await Offer(Runs, Measured(task.Id, 600, task.Id.Round == 2 ? 500ul : 300ul));
    }

    private async Task<RunDetails> Details() => (await Find<RunDetails>(Runs, new GetRun(Run)))!;

    private Task Eventually(Func<RunDetails, bool> holds) => AwaitConditionAsync(async () => holds(await Details()), TimeSpan.FromSeconds(10));

    private async Task<Channel<RunEvent>> Watch()
    {
        var channel = Channel.CreateUnbounded<RunEvent>();
        Assert.NotNull(await Find<RunSummary>(Runs, new WatchRun(Run, 0, channel.Writer)));
        return channel;
    }

    private async Task<string> Notice(string start)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
            if (await _events.Reader.ReadAsync(limit.Token) is { EventCase: RunEvent.EventOneofCase.Notice } next && next.Notice.StartsWith(start, StringComparison.Ordinal))
                return next.Notice;
    }
}
