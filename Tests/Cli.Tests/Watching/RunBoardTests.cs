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

    [Theory]
    [InlineData(RunStatus.Queued, false)]
    [InlineData(RunStatus.Running, false)]
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
