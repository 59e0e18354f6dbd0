using Federated.Core.Rounds;

namespace Federated.Core.Tests.Rounds;

/// <summary>Tasks of clients whose state is with one worker.</summary>
public sealed class TaskBoardHomesTests
{
    [Fact]
    public void Task_with_a_home_goes_there_although_another_worker_is_free()
    {
        var board = TaskBoard.Empty.Attach("w1", 1, []).Attach("w2", 8, []);
        var step = board.Add([Train("a", "w1"), Train("b", "w1"), Train("c", "")]).Assign();
        Assert.Equal([("a", "w1"), ("c", "w2")], step.Assigned.Select(task => (task.Task.Key.Client, task.Worker!)).Order());
        // The other one waits for its slot, and takes it when it is free.
        Assert.Equal(["b"], step.Board.Pending.Select(task => task.Key.Client));
        var next = step.Board.Complete(Train("a", "w1").Key).Board.Assign();
        Assert.Equal(("b", "w1"), next.Assigned.Select(task => (task.Task.Key.Client, task.Worker!)).Single());
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("suspect")]
    public void Task_whose_home_goes_waits_for_it_and_is_given_to_nobody_else(string fate)
    {
        var board = TaskBoard.Empty.Attach("w1", 1, []).Attach("w2", 8, []).Add([Train("a", "w1")]).Assign().Board;
        var away = fate == "gone" ? board.Detach("w1") : board.Suspect("w1");
        Assert.Empty(away.Lost);
        var without = away.Board.Assign();
        Assert.Empty(without.Assigned);
        Assert.Empty(without.Lost);
        var back = (fate == "gone" ? without.Board.Attach("w1", 1, []) : without.Board.Resume("w1")).Assign();
        Assert.Equal(("w1", false), back.Assigned.Select(task => (task.Worker!, task.Moved)).Single());
    }

    [Fact]
    public void Tasks_that_wait_for_a_home_keep_those_behind_them_from_no_slot()
    {
        var step = TaskBoard.Empty.Attach("w2", 2, []).Add([Train("a", "w1", 100), Train("b", "", 10), Train("c", "w2", 5)]).Assign();
        Assert.Equal(["b", "c"], step.Assigned.Select(task => task.Task.Key.Client));
    }

    [Fact]
    public void Result_that_another_worker_than_the_home_holds_is_not_asked_for()
    {
        var board = TaskBoard.Empty.Attach("w1", 1, []).Attach("w2", 1, []).Hold("w2", [Train("a", "w1").Key]).Board;
        Assert.Equal(("w1", false), board.Add([Train("a", "w1")]).Assign().Assigned.Select(task => (task.Worker!, task.Resent)).Single());
    }

    private static PlannedTask Train(string client, string home, long examples = 1) => new(new("r", TaskPurpose.Train, 1, 1, client), examples) { Home = home };
}
