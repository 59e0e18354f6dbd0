using Federated.V1;

namespace Federated.Cluster.Tests.Faults;

public sealed class RunHistoryTests
{
    [Fact]
    public void Events_of_a_run_are_collected_and_repetitions_are_not()
    {
        var history = RunHistory.Empty
            .With(new RunEvent { Summary = Now(RunStatus.Queued) })
            .With(Progress(0, "initialising"))
            .With(Progress(1, "training", done: 1))
            .With(Progress(1, "training", done: 2))
            .With(new RunEvent { Summary = Now(RunStatus.Running), Notice = "Waiting." })
            .With(Report(1, "aa"))
            .With(Report(1, "aa"));

        Assert.Equal<RunStatus>([RunStatus.Queued, RunStatus.Running], history.Statuses);
        Assert.Equal(["0.1 initialising", "1.1 training", "1.1 committed"], history.Places.Select(place => place.ToString()));
        Assert.Equal(("Waiting.", "aa"), (Assert.Single(history.Notices), Assert.Single(history.Hashes)));
        Assert.Equal((1u, 2u), (history.LastRound, history.Progress!.Done));
        Assert.Empty(history.Conflicts);
        Assert.False(history.HasEnded);
    }

    [Fact]
    public void Round_that_is_committed_again_with_other_parameters_is_a_conflict()
    {
        var history = RunHistory.Empty.With(Report(1, "aa")).With(Report(2, "bb")).With(Report(1, "cc"));

        Assert.Equal("Round 1 was committed as aa and as cc.", Assert.Single(history.Conflicts));
        Assert.Equal(2u, history.LastRound);
    }

    [Theory]
    [InlineData(RunStatus.Completed, true)]
    [InlineData(RunStatus.Stopped, true)]
    [InlineData(RunStatus.Failed, true)]
    [InlineData(RunStatus.Running, false)]
    [InlineData(RunStatus.Paused, false)]
    public void Only_some_statuses_are_the_end(RunStatus status, bool end)
    {
        Assert.Equal(end, RunHistory.Empty.With(new RunEvent { Summary = Now(status) }).HasEnded);
    }

    [Fact]
    public void Places_are_ordered_by_round_and_phase_whatever_the_attempt()
    {
        var history = RunHistory.Empty
            .With(Progress(1, "training")).With(Report(2, "aa")).With(Progress(2, "training", attempt: 2)).With(Progress(3, "selecting"));

        Assert.Equal("1.1 training", history.FirstFrom(new(1, 1, "selecting")).ToString());
        Assert.Equal("2.1 committed", history.FirstFrom(new(2, 1, "training")).ToString());
        Assert.Equal("3.1 selecting", history.FirstFrom(new(2, 1, "evaluating")).ToString());
        Assert.Null(history.FirstFrom(new(3, 1, "training")));
        Assert.Throws<ArgumentException>(() => history.FirstFrom(new(1, 1, "lunch")));
    }

    private static RunSummary Now(RunStatus status) => new() { Run = "r", Status = status };

    private static RunEvent Progress(uint round, string phase, uint attempt = 1, uint done = 0) =>
        new() { Summary = Now(RunStatus.Running), Progress = new() { Round = round, Attempt = attempt, Phase = phase, Done = done, Of = 3 } };

    private static RunEvent Report(uint round, string hash) =>
        new() { Summary = Now(RunStatus.Running), Round = new() { Round = round, Attempts = 1, ParametersSha256 = hash } };
}
