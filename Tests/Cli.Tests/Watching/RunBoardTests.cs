using Federated.Cli.Tests.Hosting;
using Federated.Cli.Watching;
using Federated.V1;

namespace Federated.Cli.Tests.Watching;

public sealed class RunBoardTests
{
    [Fact]
    public void Remaining_is_the_mean_time_of_a_round_times_the_rounds_to_come()
    {
        var board = new RunBoard();
        Assert.Null(board.Remaining);

        board.Apply(RunScript.Committed(1, 900));

        Assert.Equal(TimeSpan.FromSeconds(1.5), board.Remaining);   // one of two rounds, 1.5 s each
    }

    [Fact]
    public void Apply_second_report_of_a_round_replaces_the_first()
    {
        var board = new RunBoard();
        board.Apply(RunScript.Committed(1, null));
        board.Apply(RunScript.Committed(1, 900));

        Assert.Equal(900ul, Assert.Single(board.Rounds).Evaluation.Correct);
    }

    [Fact]
    public void Apply_commit_clears_the_progress_of_that_round_and_the_notice()
    {
        var board = new RunBoard();
        board.Apply(RunScript.Training(1, 4));
        board.Apply(RunScript.Notice("slow"));
        board.Apply(RunScript.Committed(1, null));

        Assert.Null(board.Progress);
        Assert.Null(board.Notice);
    }

    [Fact]
    public void Paused_run_has_no_open_round_no_clock_that_goes_on_and_no_end_in_sight()
    {
        var board = new RunBoard();
        board.Apply(RunScript.Committed(1, 900));
        board.Apply(RunScript.Training(2, 4));
        Assert.True(board.IsAtWork);

        board.Apply(RunScript.Ended(RunStatus.Paused, 1));

        Assert.Null(board.Progress);
        Assert.Null(board.Remaining);
        Assert.False(board.IsAtWork);
    }

    [Fact]
    public void Say_is_shown_until_the_next_event_in_place_of_the_runs_own_notice()
    {
        var board = new RunBoard();
        board.Apply(RunScript.Notice("slow"));

        board.Say("away");
        Assert.Equal("away", board.Notice);
        board.Apply(RunScript.Training(1, 4));
        Assert.Equal("slow", board.Notice);
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
        var board = new RunBoard();
        board.Apply(RunScript.Ended(status, 1));

        Assert.Equal(ended, board.HasEnded);
    }
}
