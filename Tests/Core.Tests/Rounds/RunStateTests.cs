using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Rounds;

namespace Federated.Core.Tests.Rounds;

public sealed class RunStateTests
{
    private static readonly JobSpec Job = new() { Federation = new() { Rounds = 2, Retries = 1 } };
    private static readonly JobSpec StopAt90 = Job with { Stop = new() { Accuracy = 0.9 } };
    private static readonly RunChange Initialised = new RunChange.Initialised("h0", [new("a", 5)], 100);

    [Fact]
    public void Run_goes_from_start_to_completion()
    {
        var run = RunState.Initial;
        Assert.Equal(RunStep.Wait, run.Next(Job).Step);
        run = run.Apply(new RunChange.Started());
        Assert.Equal(RunStep.Initialise, run.Next(Job).Step);
        run = run.Apply(Initialised);
        Assert.Equal(new(RunStep.OpenRound, 1, 1), run.Next(Job));
        run = Commit(run, 1);
        Assert.Equal(new(RunStep.OpenRound, 2, 1), run.Next(Job));
        run = Commit(run, 2).Apply(new RunChange.Evaluated(1, Measured(5)));
        Assert.Equal(RunStep.Wait, run.Next(Job).Step);
        run = run.Apply(new RunChange.Evaluated(2, null));
        Assert.Equal(new(RunStep.Complete), run.Next(Job));
        run = run.Apply(new RunChange.Completed(""));
        Assert.True(run.Ended);
        Assert.Equal((2, "h2", RunPhase.Completed), (run.Round, run.ParametersHash, run.Phase));
    }

    [Fact]
    public void Failed_round_is_tried_again_as_often_as_the_job_says_and_then_fails_the_run()
    {
        var run = Ready().Apply(Opened(1, 1));
        Assert.Equal(RunStep.Wait, run.Next(Job).Step);
        run = run.Apply(new RunChange.RoundFailed(1, 1, "first.", []));
        Assert.Equal(new(RunStep.OpenRound, 1, 2), run.Next(Job));
        run = run.Apply(Opened(1, 2)).Apply(new RunChange.RoundFailed(1, 2, "second.", []));
        Assert.Equal(new(RunStep.Fail, Reason: "Round 1 failed 2 times; the last time: second."), run.Next(Job));
    }

    [Fact]
    public void Attempt_that_was_lost_with_its_coordinator_does_not_count_as_a_try_and_says_nothing_of_clients()
    {
        var job = new JobSpec { Federation = new() { Retries = 0 } };
        var run = Ready().Apply(Opened(1, 1)).Apply(new RunChange.RoundFailed(1, 1, "lost.", []) { Excused = true });
        Assert.Equal(new RunDecision(RunStep.OpenRound, 1, 2), run.Next(job));
        Assert.Equal("lost.", Assert.Single(run.FailedAttempts));
        Assert.Equal(1, run.ExcusedAttempts);
        run = run.Apply(Opened(1, 2)).Apply(new RunChange.RoundFailed(1, 2, "really.", ["a"]));
        Assert.Equal(RunStep.Fail, run.Next(job).Step);
        // Who had failed before is neither better nor worse for it.
        Assert.Equal(1, run.Health.Lapses["a"].Failures);
        var next = run.Apply(new RunChange.Failed("x.")).Apply(new RunChange.Retried());
        Assert.Equal(0, next.ExcusedAttempts);
    }

    [Fact]
    public void Commit_forgets_the_failed_attempts_of_its_round()
    {
        var run = Ready().Apply(Opened(1, 1)).Apply(new RunChange.RoundFailed(1, 1, "x.", []));
        run = run.Apply(Opened(1, 2)).Apply(new RunChange.RoundCommitted(1, "h1", Measured: false, FailedClients: []));
        Assert.Equal(new(RunStep.OpenRound, 2, 1), run.Next(Job));
    }

    [Fact]
    public void Stop_rule_ends_the_run_with_the_round_that_satisfies_it_although_the_next_is_open()
    {
        var run = Commit(Ready(), 1).Apply(Opened(2, 1));
        Assert.False(run.MayCommit(StopAt90));
        run = run.Apply(new RunChange.Evaluated(1, Measured(9)));
        Assert.True(run.MayCommit(StopAt90));
        Assert.Equal(new(RunStep.Complete, Reason: "Round 1 reached accuracy 0.9; the stop rule asks for 0.9."), run.Next(StopAt90));
        Assert.Equal(RunStep.Wait, run.Next(Job).Step);
    }

    // a is asked in round 1, fails there, is asked in round 2 and trains on while that is committed, and fails in round 3.
    [Fact]
    public void Where_rounds_overlap_a_client_is_fine_again_when_its_update_counts_and_not_when_a_round_that_asked_it_is_over()
    {
        var run = Ready();
        foreach (var (round, failed, goesOn) in new[] { (1, true, false), (2, false, true), (3, true, false) })
            run = run.Apply(Opened(round, 1)).Apply(new RunChange.RoundCommitted(round, $"h{round}", Measured: false, FailedClients: failed ? ["a"] : [])
            {
                Recovered = [],
                InFlight = goesOn ? RunState.Initial.InFlight.Add("a", new(round, 1)) : RunState.Initial.InFlight,
            });
        Assert.Equal(2, run.Health.Lapses["a"].Failures);
        Assert.True(run.Health.IsSetAside("a", 4));
        // An attempt that fails says nothing of those that train.
        Assert.Equal(2, run.Apply(Opened(4, 1)).Apply(new RunChange.RoundFailed(4, 1, "x.", []) { Recovered = [] }).Health.Lapses["a"].Failures);
        Assert.Empty(run.Apply(Opened(4, 1)).Apply(new RunChange.RoundCommitted(4, "h4", Measured: false, FailedClients: []) { Recovered = ["a"] }).Health.Lapses);
        // Where they do not overlap, whoever was asked and did not fail is fine.
        Assert.Empty(run.Apply(Opened(4, 1)).Apply(new RunChange.RoundCommitted(4, "h4", Measured: false, FailedClients: [])).Health.Lapses);
    }

    [Fact]
    public void Stop_rule_that_is_not_satisfied_lets_the_run_go_on()
    {
        foreach (var result in new[] { Measured(8), null })
            Assert.Equal(new(RunStep.OpenRound, 2, 1), Commit(Ready(), 1).Apply(new RunChange.Evaluated(1, result)).Next(StopAt90));
    }

    [Fact]
    public void Without_a_stop_rule_a_commit_waits_for_no_evaluation() =>
        Assert.True(Commit(Ready(), 1).Apply(Opened(2, 1)).MayCommit(Job));

    [Theory]
    [InlineData(1, 3, new[] { 1, 2, 3 })]
    [InlineData(2, 5, new[] { 2, 4, 5 })]
    [InlineData(10, 3, new[] { 3 })]
    public void Evaluated_are_every_so_many_rounds_and_the_last(int every, int rounds, int[] expected)
    {
        var job = new JobSpec { Federation = new() { Rounds = rounds }, Evaluation = new() { Every = every } };
        Assert.Equal(expected, Enumerable.Range(1, rounds).Where(round => RunState.IsEvaluated(job, round)));
    }

    [Fact]
    public void Stopped_and_failed_runs_do_nothing_more()
    {
        foreach (var end in new RunChange[] { new RunChange.Stopped("asked."), new RunChange.Failed("broken.") })
        {
            var run = Ready().Apply(Opened(1, 1)).Apply(end);
            Assert.True(run.Ended);
            Assert.Equal(0, run.OpenAttempt);
            Assert.Equal(RunStep.Wait, run.Next(Job).Step);
            Assert.Throws<InvalidOperationException>(() => run.Apply(new RunChange.Stopped("again.")));
        }
    }

    [Fact]
    public void Changes_that_cannot_follow_throw()
    {
        var open = Ready().Apply(Opened(1, 1));
        foreach (var (run, change) in new (RunState, RunChange)[]
        {
            (RunState.Initial, Initialised),
            (RunState.Initial, Opened(1, 1)),
            (RunState.Initial, new RunChange.Completed("")),
            (Ready(), new RunChange.Started()),
            (Ready(), Initialised),
            (Ready(), Opened(2, 1)),
            (Ready(), Opened(1, 2)),
            (Ready(), new RunChange.RoundCommitted(1, "h", true, FailedClients: [])),
            (Ready(), new RunChange.RoundFailed(1, 2, "x.", [])),
            (Ready(), new RunChange.Resumed()),
            (Ready(), new RunChange.Retried()),
            (Ready(), new RunChange.RolledBack(1, "h")),
            (Ready(), new RunChange.Evaluated(1, null)),
            (open, Opened(1, 1)),
            (open, new RunChange.RoundCommitted(2, "h", true, FailedClients: [])),
            (open, new RunChange.RoundFailed(1, 2, "x.", [])),
        })
            Assert.Throws<InvalidOperationException>(() => run.Apply(change));
    }

    private static Measurement Measured(long correct) => new(new(10, 1, correct), []);

    private static RunState Ready() => RunState.Initial.Apply(new RunChange.Started()).Apply(Initialised);

    private static RunChange.RoundOpened Opened(int round, int attempt) => new(round, attempt, new(["a"], 1, 1));

    private static RunState Commit(RunState run, int round) => run.Apply(Opened(round, 1)).Apply(new RunChange.RoundCommitted(round, $"h{round}", Measured: true, FailedClients: []));
}
