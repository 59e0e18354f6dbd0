using System.Globalization;
using Akka.Actor;
using Akka.TestKit;
using Federated.Coordinator.Actors;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>Somebody sets the machine's clock while runs are at work. Time stamps follow it; nothing else may.</summary>
public sealed class JumpingClockTests : ActorTest
{
    private static readonly TimeSpan[] Jumps = [TimeSpan.FromDays(-1), TimeSpan.FromDays(365), TimeSpan.FromDays(-365), TimeSpan.Zero];

    private readonly JumpingTime _time;
    private readonly TestProbe _worker;
    private IActorRef _runs = ActorRefs.Nobody;
    private IActorRef _session = ActorRefs.Nobody;

    public JumpingClockTests()
    {
        _time = new(Time);
        _worker = CreateTestProbe("worker");
        _worker.IgnoreMessages(message => message is OpenRun or CancelTasks or RoundCommitted or CloseRun);
        StartCoordinator();
    }

    [Fact]
    public async Task Round_keeps_its_deadline_and_its_duration_when_the_clock_jumps()
    {
        var run = await Submit();
        var tasks = await BeginAsync();
        foreach (var jump in Jumps)
        {
            _time.Jump(jump);
            Advance(TimeSpan.FromSeconds(10));
        }
        // 40 of 60 seconds have passed, whatever the clock says.
        foreach (var task in tasks) Assert.Equal(Refusal.Unspecified, (await Offer(_runs, Update(task.Id, [1f, 0f]))).Refused);
        await Eventually(run, details => details.Rounds.Count == 1);

        var details = await Details(run);
        Assert.Equal((1u, 40.0), (details.Rounds.Single().Attempts, details.Rounds.Single().WallSeconds));
        Assert.Equal(40.0, details.Summary.WallSeconds);
    }

    [Fact]
    public async Task Deadline_comes_although_the_clock_was_set_back()
    {
        var run = await Submit();
        await BeginAsync();
        _time.Jump(TimeSpan.FromDays(-1));
        Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(2u, Tasks(1).Single().Id.Attempt);
        Assert.Equal(61.0, (await Details(run)).Summary.WallSeconds);
    }

    [Fact]
    public async Task Runs_keep_their_order_and_have_ids_of_their_own_also_after_a_restart()
    {
        var runs = new List<string>();
        foreach (var jump in Jumps)
        {
            runs.Add(await Submit());
            _time.Jump(jump);
            runs.Add(await Submit());
            await RestartAsync();
        }

        await Eventually(runs[0], details => details.Summary.Status == RunStatus.Running);
        Assert.Equal(runs.Count, runs.Distinct().Count());
        var listed = (await Ask<ListReply>(_runs, GetRuns.Instance)).Runs;
        Assert.Equal(Enumerable.Reverse(runs), listed.Select(run => run.Run));
        Assert.Equal(RunStatus.Running, listed[^1].Status);
        Assert.All(listed.SkipLast(1), run => Assert.Equal(RunStatus.Queued, run.Status));
        // The time stamps are those of the clock: the third run came a year and more before the fourth.
        Assert.Equal(runs[2][..8], _time.At(Jumps[0]).ToString("yyyyMMdd", CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Duration_of_a_run_goes_on_from_the_journal_when_the_clock_was_set_back_between_two_coordinators()
    {
        var run = await Submit();
        await BeginAsync();
        Advance(TimeSpan.FromSeconds(5));
        await Find<RunSummary>(_runs, new PauseRun(run));
        _time.Jump(TimeSpan.FromDays(-365));
        await RestartAsync();

        Assert.Equal(5.0, (await Details(run)).Summary.WallSeconds);
    }

    private void StartCoordinator() => _runs = Sys.ActorOf(RunsActor.Props(Settings with { Time = _time }));

    private async Task RestartAsync()
    {
        Watch(_runs);
        Sys.Stop(_runs);
        await ExpectTerminatedAsync(_runs);
        StartCoordinator();
    }

    private async Task<string> Submit() => (await Ask<JobQueued>(_runs, Submission(Job(1)))).Run;

    private async Task<AssignTask[]> BeginAsync()
    {
        _runs.Tell(HelloOf("w1", 8, "s1"), _worker);
        _worker.ExpectMsg<Welcome>();
        _session = _worker.LastSender;
        await Offer(_runs, Initialised(Tasks(1).Single().Id, 400, ("a", 1), ("b", 1)));
        var tasks = Tasks(2);
        // The answer comes from the round, after it has heard that the tasks are assigned: its deadline is set, and time may go on.
        foreach (var task in tasks) await _runs.Ask<UploadPermit>(Begin(task.Id), TimeSpan.FromSeconds(10));
        return tasks;
    }

    private AssignTask[] Tasks(int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var task = _worker.ExpectMsg<AssignTask>();
        _session.Tell(new TaskAccepted { Id = task.Id }, _worker);
        return task;
    })];

    private async Task<RunDetails> Details(string run) => (await Find<RunDetails>(_runs, new GetRun(run)))!;

    private Task Eventually(string run, Func<RunDetails, bool> holds) =>
        AwaitConditionAsync(async () => holds(await Details(run)), TimeSpan.FromSeconds(10));

    /// <summary>A clock that can be set, and durations that do not mind.</summary>
    private sealed class JumpingTime(TimeProvider steady) : TimeProvider
    {
        private TimeSpan _off;

        public override long TimestampFrequency => steady.TimestampFrequency;

        public override long GetTimestamp() => steady.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => At(_off);

        /// <summary>Sets the clock, as far off the right time as is said.</summary>
        public void Jump(TimeSpan off) => _off = off;

        public DateTimeOffset At(TimeSpan off) => steady.GetUtcNow() + off;
    }
}
