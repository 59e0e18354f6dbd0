using System.Threading.Channels;
using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>Runs whose worker is a probe: the test decides what is answered, and when.</summary>
public sealed class RunActorTests : ProbedRunTest
{
    private readonly Channel<RunEvent> _events = Channel.CreateUnbounded<RunEvent>();

    public RunActorTests() => Runs = Sys.ActorOf(RunsActor.Props(Settings), "runs");

    [Fact]
    public async Task Run_without_workers_says_that_it_waits()
    {
        await Submit(Job());
        Assert.Equal("Waiting for workers: none is attached.", await Notice("Waiting"));
    }

    [Fact]
    public async Task Next_round_starts_while_the_last_one_is_measured_and_the_report_is_sent_again_with_the_evaluation()
    {
        await Begin(Job(2));
        await Round(1);
        // Round 2 is open before anybody has measured round 1; its tasks were handed out first.
        var tasks = Tasks(3);
        Assert.Equal([(TaskKind.Train, 2u), (TaskKind.Train, 2u), (TaskKind.Evaluate, 1u)], tasks.Select(task => (task.Id.Kind, task.Id.Round)));
        Assert.Null((await Report(1)).Evaluation);
        Assert.NotNull(Store.TryGet(Run, tasks[2].Parameters.Sha256));
        await Offer(Runs, Measured(tasks[2].Id, 600, 540));
        Assert.Equal(540ul, (await Report(1)).Evaluation.Correct);
        Assert.Equal(RunStatus.Running, (await Find<RunDetails>(Runs, new GetRun(Run)))!.Summary.Status);
    }

    [Fact]
    public async Task Parameters_are_handed_out_until_no_round_and_no_evaluation_needs_them()
    {
        await Begin(Job(2));
        await Round(1);
        var tasks = Tasks(3);
        var first = tasks[2].Parameters.Sha256;
        Assert.Null(Store.TryGet(Run, Start.Hash));
        await Train(tasks[0], tasks[1]);
        var last = Tasks(1).Single();
        Assert.NotNull(Store.TryGet(Run, first));
        await Offer(Runs, Measured(tasks[2].Id, 600, 1));
        await EventuallyAsync(() => Store.TryGet(Run, first) is null);
        Assert.NotNull(Store.TryGet(Run, last.Parameters.Sha256));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_rule_ends_the_run_with_the_same_model_whether_the_evaluation_or_the_next_round_is_faster(bool evaluationFirst)
    {
        await Begin(Job(5) with { Stop = new() { Accuracy = 0.9 } });
        await Round(1);
        // The rule waits for the evaluation, so that goes before the training of round 2.
        var tasks = Tasks(3);
        Assert.Equal([TaskKind.Evaluate, TaskKind.Train, TaskKind.Train], tasks.Select(task => task.Id.Kind));
        if (!evaluationFirst) await Train(tasks[1], tasks[2]);
        await Offer(Runs, Measured(tasks[0].Id, 600, 570));

        var events = await ReadToEnd(_events);
        var summary = events[^1].Summary;
        Assert.Equal((RunStatus.Completed, 1u, 0.95), (summary.Status, summary.Round, summary.Accuracy));
        Assert.Equal("Round 1 reached accuracy 0.95; the stop rule asks for 0.9.", summary.Reason);
        Assert.Equal((1, 10.5f, 21f), await Model());
        Assert.Equal(Refusal.RoundClosed, (await Offer(Runs, Update(tasks[1].Id, [1f, 1f]))).Refused);
    }

    [Fact]
    public async Task Stop_rule_that_is_not_satisfied_lets_the_waiting_round_commit()
    {
        await Begin(Job(5) with { Stop = new() { Accuracy = 0.9 } });
        await Round(1);
        var tasks = Tasks(3);
        await Train(tasks[1], tasks[2]);
        Assert.Single((await Find<RunDetails>(Runs, new GetRun(Run)))!.Rounds);
        await Offer(Runs, Measured(tasks[0].Id, 600, 10));
        await EventuallyAsync(async () => (await Find<RunDetails>(Runs, new GetRun(Run)))!.Rounds.Count == 2);
    }

    [Fact]
    public async Task Failed_round_is_retried_with_a_new_attempt_and_then_fails_the_run_with_the_reason()
    {
        await Begin(With(Job(), cohort => cohort with { Minimum = 2 }));
        for (uint attempt = 1; attempt <= 2; attempt++)
        {
            var tasks = Tasks(2);
            Assert.All(tasks, task => Assert.Equal((1u, attempt), (task.Id.Round, task.Id.Attempt)));
            if (attempt == 2) Assert.Equal(Refusal.WrongRound, (await Offer(Runs, Update(new TaskId(tasks[0].Id) { Attempt = 1 }, [1f, 1f]))).Refused);
            await Offer(Runs, Failure(tasks[0].Id, "Out of memory."));
            Assert.Contains("Out of memory.", await Notice($"Attempt {attempt} of round 1 failed"), StringComparison.Ordinal);
        }
        var end = (await ReadToEnd(_events))[^1].Summary;
        Assert.Equal(RunStatus.Failed, end.Status);
        Assert.StartsWith("Round 1 failed 2 times; the last time: 1 of 2 clients failed", end.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_that_dies_in_the_middle_of_a_round_is_replaced_and_the_model_is_the_same()
    {
        await Begin(Job(1));
        var tasks = Tasks(2);
        await Train(tasks[0]);
        var other = CreateTestProbe();
        other.IgnoreMessages(message => message is OpenRun);
        Runs.Tell(HelloOf("w2", 1, "s2"), other);
        other.ExpectMsg<Welcome>();
        Sys.Stop(Worker.Ref);
        var moved = other.ExpectMsg<AssignTask>();
        Assert.Equal(tasks[1].Id, moved.Id);
        await Train(moved);
        await Report(1);
        Assert.Equal((1, 10.5f, 21f), await Model());
    }

    [Fact]
    public async Task Failed_attempts_are_in_the_report_of_the_round_that_succeeds()
    {
        await Begin(With(Job(), cohort => cohort with { Minimum = 2 }));
        await Offer(Runs, Failure(Tasks(2)[0].Id, "Out of memory."));
        await Round(1);
        var report = await Report(1);
        Assert.Equal(2u, report.Attempts);
        Assert.Contains("Out of memory.", report.FailedAttempts.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Permanent_failure_of_initialising_fails_the_run_with_the_sentence()
    {
        await Submit(Job());
        Attach();
        await Offer(Runs, Failure(Tasks(1).Single().Id, "Data set 'mnist' was not found.", permanent: true));
        Assert.Equal((RunStatus.Failed, "Data set 'mnist' was not found."), (await ReadToEnd(_events))[^1].Summary is var end ? (end.Status, end.Reason) : default);
    }

    [Fact]
    public async Task Stop_keeps_what_was_committed_and_answers_again_when_asked_again()
    {
        await Begin(Job());
        await Round(1);
        Tasks(3);
        var stopped = (await Find<RunSummary>(Runs, new StopRun(Run)))!;
        Assert.Equal((RunStatus.Stopped, 1u), (stopped.Status, stopped.Round));
        Assert.Equal(RunStatus.Stopped, (await Find<RunSummary>(Runs, new StopRun(Run)))!.Status);
        Assert.Equal((1, 10.5f, 21f), await Model());
        Assert.Equal(RunStatus.Stopped, (await ReadToEnd(_events))[^1].Summary.Status);
    }

    [Fact]
    public async Task Stopped_run_in_the_queue_never_starts()
    {
        await Submit(Job());
        var second = (await Ask<JobQueued>(Runs, Submission(Job()))).Run;
        Assert.Equal(RunStatus.Stopped, (await Find<RunSummary>(Runs, new StopRun(second)))!.Status);
        await Find<RunSummary>(Runs, new StopRun(Run));
        Assert.Contains("has no parameters yet", (await Ask<RunRefused>(Runs, new GetModel(second))).Detail, StringComparison.Ordinal);
        Assert.All((await Ask<ListReply>(Runs, GetRuns.Instance)).Runs, run => Assert.Equal(RunStatus.Stopped, run.Status));
    }

    [Fact]
    public async Task Watcher_gets_the_rounds_from_the_one_it_asks_for_and_an_ended_run_completes_at_once()
    {
        await Begin(Job());
        await Round(1);
        await Round(2);
        await Report(2);
        var late = await Watch(fromRound: 2);
        await Find<RunSummary>(Runs, new StopRun(Run));
        Assert.Equal([2u], (await ReadToEnd(late)).Where(e => e.EventCase == RunEvent.EventOneofCase.Round).Select(e => e.Round.Round));
        Assert.Equal([1u, 2u], (await ReadToEnd(await Watch(fromRound: 0))).Where(e => e.EventCase == RunEvent.EventOneofCase.Round).Select(e => e.Round.Round));
    }

    [Fact]
    public async Task Watcher_that_has_gone_is_told_nothing_more()
    {
        await Submit(Job());
        await Watch(0);
        Runs.Tell(new UnwatchRun(Run, _events.Writer));
        await ReadToEnd(_events);
    }

    [Fact]
    public async Task Progress_comes_at_most_five_times_a_second()
    {
        await Begin(With(Job(), cohort => cohort), clients: [.. Enumerable.Range(0, 40).Select(i => ($"c{i:00}", 1ul))]);
        for (var i = 0; i < 31; i++) await Offer(Runs, Update(Tasks(1)[0].Id, [1f, 1f]));
        await Find<RunDetails>(Runs, new GetRun(Run));
        var before = Progress();
        Assert.InRange(before.Count, 0, 2);
        Advance(RunActor.ProgressInterval);
        await Find<RunDetails>(Runs, new GetRun(Run));
        Assert.InRange(Progress().Single().Done, 30u, 31u);
    }

    [Fact]
    public async Task Bytes_that_moved_are_on_the_accounts_of_the_round_and_the_run()
    {
        await Begin(Job());
        Runs.Tell(new BytesMoved(Run, Down: 100, Up: 0));
        Runs.Tell(new BytesMoved(Run, Down: 0, Up: 30));
        await Round(1);
        var report = await Report(1);
        Assert.Equal((100ul, 30ul), (report.BytesDown, report.BytesUp));
        Runs.Tell(new BytesMoved(Run, Down: 1, Up: 2));
        var summary = (await Find<RunDetails>(Runs, new GetRun(Run)))!.Summary;
        Assert.Equal((101ul, 32ul), (summary.BytesDown, summary.BytesUp));
    }

    [Fact]
    public async Task Local_run_asks_the_clients_that_workers_announced_and_measures_with_them()
    {
        await Submit(Job(1) with { Data = new() { Placement = Placement.Local } });
        Attach("hospital-a", "hospital-b");
        await Offer(Runs, Initialised(Tasks(1).Single().Id, 600));
        var tasks = Tasks(2);
        Assert.Equal(["hospital-a", "hospital-b"], tasks.Select(task => task.Id.Client).Order());
        await Train(tasks);
        foreach (var task in Tasks(2)) await Offer(Runs, Measured(task.Id, 10, 5));
        var end = (await ReadToEnd(_events))[^1].Summary;
        Assert.Equal((RunStatus.Completed, 0.5, 2u), (end.Status, end.Accuracy, end.Clients));
    }

    [Fact]
    public async Task Offers_for_runs_and_rounds_that_are_not_there_are_refused_and_their_buffers_given_back()
    {
        var released = 0;
        TaskId Of(string run, uint round) => new() { Run = run, Round = round, Attempt = 1, Client = "a", Kind = TaskKind.Train };
        Assert.Null(await Find<RunDetails>(Runs, new GetRun("nobody")));
        Assert.Equal(Refusal.UnknownRun, (await Offer(Runs, Update(Of("nobody", 1), [1f, 1f], release: () => released++))).Refused);
        Assert.Equal(Refusal.UnknownRun, (await Ask<RefusedOffer>(Runs, Begin(Of("nobody", 1)))).Reason);
        await Begin(Job());
        await Round(1);
        await Report(1);
        Assert.Equal(Refusal.RoundClosed, (await Offer(Runs, Update(Of(Run, 1), [1f, 1f], release: () => released++))).Refused);
        Assert.Equal(Refusal.WrongRound, (await Offer(Runs, Update(Of(Run, 3), [1f, 1f], release: () => released++))).Refused);
        Assert.Equal(3, released);
        Assert.Null(await Find<RunSummary>(Runs, new StopRun("nobody")));
    }

    private protected override async Task Submit(JobSpec job)
    {
        Run = (await Ask<JobQueued>(Runs, Submission(job))).Run;
        Assert.NotNull(await Find<RunSummary>(Runs, new WatchRun(Run, 0, _events.Writer)));
    }

    private async Task<RoundReport> Report(uint round) => (await Next(e => e.EventCase == RunEvent.EventOneofCase.Round && e.Round.Round == round)).Round;

    private async Task<string> Notice(string start) =>
        (await Next(e => e.EventCase == RunEvent.EventOneofCase.Notice && e.Notice.StartsWith(start, StringComparison.Ordinal))).Notice;

    private async Task<RunEvent> Next(Func<RunEvent, bool> wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
            if (await _events.Reader.ReadAsync(limit.Token) is var next && wanted(next))
                return next;
    }

    private List<RoundProgress> Progress()
    {
        var progress = new List<RoundProgress>();
        while (_events.Reader.TryRead(out var next))
            if (next.EventCase == RunEvent.EventOneofCase.Progress && next.Progress.Phase == "training")
                progress.Add(next.Progress);
        return progress;
    }

    private async Task<Channel<RunEvent>> Watch(int fromRound)
    {
        var channel = Channel.CreateUnbounded<RunEvent>();
        await Find<RunSummary>(Runs, new WatchRun(Run, fromRound, channel.Writer));
        return channel;
    }

    private Task EventuallyAsync(Func<bool> holds) => AwaitConditionAsync(() => Task.FromResult(holds()), TimeSpan.FromSeconds(10));

    private Task EventuallyAsync(Func<Task<bool>> holds) => AwaitConditionAsync(holds, TimeSpan.FromSeconds(10));
}
