using Federated.Cli.Tests.Hosting;
using Federated.Cli.Watching;
using Federated.V1;

namespace Federated.Cli.Tests.Watching;

public sealed class RunBoardTests
{
    [Fact]
    public void Remaining_is_the_mean_time_of_a_round_times_the_rounds_to_come()
    {
        Assert.Null(RunBoard.Empty.Remaining);

        var board = RunBoard.Empty.Apply(RunScript.Committed(1, 900));

        Assert.Equal(TimeSpan.FromSeconds(1.5), board.Remaining);   // one of two rounds, 1.5 s each
    }

    [Fact]
    public void Apply_second_report_of_a_round_replaces_the_first()
    {
        var board = RunBoard.Empty.Apply(RunScript.Committed(1, null)).Apply(RunScript.Committed(1, 900));

        Assert.Equal(900ul, Assert.Single(board.Rounds.Values).Evaluation.Correct);
    }

    [Fact]
    public void Apply_commit_clears_the_progress_of_that_round_and_the_notice()
    {
        var board = RunBoard.Empty.Apply(RunScript.Training(1, 4)).Apply(RunScript.Notice("slow")).Apply(RunScript.Committed(1, null));

        Assert.Null(board.Progress);
        Assert.Null(board.Notice);
    }

    [Fact]
    public void Paused_run_has_no_open_round_no_clock_that_goes_on_and_no_end_in_sight()
    {
        var atWork = RunBoard.Empty.Apply(RunScript.Committed(1, 900)).Apply(RunScript.Training(2, 4));
        Assert.True(atWork.IsAtWork);

        var board = atWork.Apply(RunScript.Ended(RunStatus.Paused, 1));

        Assert.Null(board.Progress);
        Assert.Null(board.Remaining);
        Assert.False(board.IsAtWork);
    }

    [Fact]
    public void Say_is_shown_until_the_next_event_in_place_of_the_runs_own_notice()
    {
        var board = RunBoard.Empty.Apply(RunScript.Notice("slow")).Say("away");

        Assert.Equal("away", board.Notice);
        Assert.Equal("slow", board.Apply(RunScript.Training(1, 4)).Notice);
    }

    [Theory]
    [InlineData(RunStatus.Queued, false)]
    [InlineData(RunStatus.Running, false)]
    [InlineData(RunStatus.Paused, false)]
    [InlineData(RunStatus.Completed, true)]
    [InlineData(RunStatus.Stopped, true)]
    [InlineData(RunStatus.Failed, true)]
    public void HasEnded_follows_the_status(RunStatus status, bool ended)
    {
        Assert.Equal(ended, RunBoard.Empty.Apply(RunScript.Ended(status, 1)).HasEnded);
    }

    [Fact]
    public void Apply_leaves_the_board_that_somebody_draws_as_it_was()
    {
        var drawn = RunBoard.Empty.Apply(RunScript.Committed(1, null)).Apply(RunScript.Training(2, 4));
        using var rounds = drawn.Rounds.Values.GetEnumerator();

        drawn.Apply(RunScript.Committed(1, 900)).Apply(RunScript.Committed(2, 950)).Say("away");

        Assert.True(rounds.MoveNext());
        Assert.Null(rounds.Current.Evaluation);
        Assert.False(rounds.MoveNext());
        Assert.Equal((4u, null), (drawn.Progress?.Done, drawn.Notice));
    }
}
