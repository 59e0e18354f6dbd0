using Federated.Core.Rounds;

namespace Federated.Core.Tests.Rounds;

public sealed class TaskBoardTests
{
    [Fact]
    public void Longest_tasks_go_first_and_ties_go_by_client()
    {
        var step = TaskBoard.Empty.Attach("w", 3, []).Add([Train("c", 5), Train("b", 5), Train("a", 1), Train("d", 9)]).Assign();
        Assert.Equal(["d", "b", "c"], step.Assigned.Select(task => task.Task.Key.Client));
        Assert.Equal(["a"], step.Board.Pending.Select(task => task.Key.Client));
    }

    [Fact]
    public void Tasks_spread_evenly_over_workers_by_their_slots()
    {
        var step = TaskBoard.Empty.Attach("big", 4, []).Attach("small", 2, []).Add(Trains(6)).Assign();
        Assert.Equal(4, step.Assigned.Count(task => task.Worker == "big"));
        Assert.Equal(2, step.Assigned.Count(task => task.Worker == "small"));
        Assert.Equal(["big", "small"], step.Assigned.Take(2).Select(task => task.Worker));
    }

    [Fact]
    public void Worker_holds_twice_its_slots_while_there_is_plenty_and_no_more_than_its_slots_at_the_end()
    {
        var board = TaskBoard.Empty.Attach("w", 2, []).Add(Trains(10)).Assign().Board;
        Assert.Equal((4, 6), (board.Workers["w"].Held, board.Pending.Count));
        while (board.Pending.Count >= 2) board = Finish(board);
        Assert.Equal((4, 1), (board.Workers["w"].Held, board.Pending.Count));
        board = Finish(Finish(board));
        // One task is left for a slot that is free; the worker's two slots are busy.
        Assert.Equal((2, 1), (board.Workers["w"].Held, board.Pending.Count));
        board = Finish(board);
        Assert.Equal((2, 0), (board.Workers["w"].Held, board.Pending.Count));
    }

    [Fact]
    public void Evaluation_stands_between_the_training_of_the_next_round_and_that_of_the_one_after()
    {
        var tasks = new[] { Train("a", 1, 7), Evaluate(5, 0), Train("a", 1, 6) };
        Assert.Equal([6, 5, 7], TaskBoard.Empty.Add(tasks).Pending.Select(task => task.Key.Round));
        var urgent = new[] { Train("a", 1, 6), Evaluate(5, 0) with { Urgent = true }, Train("a", 1, 5) };
        Assert.Equal([5, 5, 6], TaskBoard.Empty.Add(urgent).Pending.Select(task => task.Key.Round));
    }

    [Fact]
    public void Shared_tasks_of_a_lost_worker_wait_again_and_go_to_another()
    {
        var board = TaskBoard.Empty.Attach("w1", 2, []).Add(Trains(2)).Assign().Board.Attach("w2", 2, []);
        var lost = board.Detach("w1");
        Assert.Empty(lost.Lost);
        Assert.Empty(lost.Withdrawn);
        var moved = lost.Board.Assign();
        Assert.Equal(["w2", "w2"], moved.Assigned.Select(task => task.Worker));
        Assert.All(moved.Assigned, task => Assert.True(task.Moved));
        Assert.DoesNotContain("w1", moved.Board.Workers.Keys);
    }

    [Fact]
    public void Suspect_worker_loses_its_tasks_and_gets_none_until_it_is_back()
    {
        var board = TaskBoard.Empty.Attach("w1", 2, []).Add(Trains(2)).Assign().Board;
        var suspect = board.Suspect("w1");
        Assert.Equal(2, suspect.Withdrawn.Length);
        var nobody = suspect.Board.Assign();
        Assert.Empty(nobody.Assigned);
        Assert.Equal(0, nobody.Board.ReadySlots);
        Assert.Equal(2, nobody.Board.Resume("w1").Assign().Assigned.Length);
    }

    [Fact]
    public void Result_of_a_moved_task_counts_once_and_its_present_worker_forgets_it()
    {
        var board = TaskBoard.Empty.Attach("w1", 1, []).Add(Trains(1)).Assign().Board.Suspect("w1").Board.Attach("w2", 1, []).Assign().Board;
        var done = board.Complete(Train("c0").Key);
        Assert.Equal(["w2"], done.Withdrawn.Select(task => task.Worker));
        Assert.Equal(0, done.Board.Workers["w2"].Held);
        Assert.Empty(done.Board.Tasks);
        Assert.Empty(done.Board.Complete(Train("c0").Key).Withdrawn);
    }

    [Fact]
    public void Result_for_a_task_that_waits_again_takes_it_off_the_board()
    {
        var board = TaskBoard.Empty.Attach("w1", 1, []).Add(Trains(1)).Assign().Board.Suspect("w1").Board;
        var done = board.Complete(Train("c0").Key).Board;
        Assert.Empty(done.Pending);
        Assert.Empty(done.Tasks);
    }

    [Fact]
    public void Local_task_goes_only_to_the_worker_that_announced_the_client()
    {
        var step = TaskBoard.Empty.Attach("w1", 4, ["a"]).Attach("w2", 1, ["b"]).Add([Local("a"), Local("b")]).Assign();
        Assert.Equal([("a", "w1"), ("b", "w2")], step.Assigned.Select(task => (task.Task.Key.Client, task.Worker!)));
    }

    [Fact]
    public void Local_task_without_its_worker_is_lost_and_others_go_on()
    {
        var step = TaskBoard.Empty.Attach("w1", 4, ["a"]).Add([Local("z"), Local("a")]).Assign();
        Assert.Equal(["z"], step.Lost.Select(task => task.Task.Key.Client));
        Assert.Equal(["a"], step.Assigned.Select(task => task.Task.Key.Client));
        Assert.Equal(["a"], step.Board.Detach("w1").Lost.Select(task => task.Task.Key.Client));
        Assert.Empty(step.Board.Detach("w1").Board.Tasks);
    }

    [Fact]
    public void Full_worker_does_not_hold_up_the_local_tasks_of_others()
    {
        var tasks = Enumerable.Range(0, 9).Select(i => Local($"a{i}")).Append(Local("b"));
        var step = TaskBoard.Empty.Attach("w1", 1, Enumerable.Range(0, 9).Select(i => $"a{i}")).Attach("w2", 1, ["b"]).Add(tasks).Assign();
        Assert.Contains(step.Assigned, task => task.Worker == "w2");
        Assert.Equal(7, step.Board.Pending.Count);
    }

    [Fact]
    public void Draining_worker_keeps_its_tasks_and_gets_no_more()
    {
        var board = TaskBoard.Empty.Attach("w1", 1, []).Add(Trains(1)).Assign().Board.Drain("w1").Add([Train("z")]);
        Assert.Empty(board.Assign().Assigned);
        Assert.Equal(1, board.Workers["w1"].Held);
        Assert.Equal(WorkerCondition.Draining, board.Resume("w1").Workers["w1"].Condition);
    }

    [Fact]
    public void Task_avoids_workers_that_failed_at_it_unless_there_is_no_other()
    {
        var task = Train("a") with { Avoid = ["w1"] };
        Assert.Equal("w2", TaskBoard.Empty.Attach("w1", 8, []).Attach("w2", 1, []).Add([task]).Assign().Assigned.Single().Worker);
        Assert.Equal("w1", TaskBoard.Empty.Attach("w1", 8, []).Add([task]).Assign().Assigned.Single().Worker);
    }

    [Fact]
    public void Cancelled_tasks_leave_the_board_and_only_those_with_a_worker_are_withdrawn()
    {
        var board = TaskBoard.Empty.Attach("w1", 1, []).Add(Trains(3)).Assign().Board;
        var cancelled = board.Cancel([.. board.Tasks.Keys, Train("unknown").Key]);
        Assert.Equal(board.Workers["w1"].Held, cancelled.Withdrawn.Length);
        Assert.Empty(cancelled.Board.Tasks);
        Assert.Empty(cancelled.Board.Pending);
        Assert.Equal(0, cancelled.Board.Workers["w1"].Held);
    }

    [Fact]
    public void Task_that_is_on_the_board_is_not_added_again()
    {
        var board = TaskBoard.Empty.Attach("w1", 1, []).Add(Trains(1)).Assign().Board.Add(Trains(1));
        Assert.Empty(board.Pending);
        Assert.Single(board.Tasks);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(499, 1)]
    [InlineData(1797, 3)]
    [InlineData(10_000, 16)]
    [InlineData(long.MaxValue, 16)]
    public void Slices_depend_on_the_size_of_the_test_set_alone(long examples, int slices) => Assert.Equal(slices, EvaluationSlices.Count(examples));

    private static TaskBoard Finish(TaskBoard board) =>
        board.Complete(board.Tasks.Values.Where(task => task.Worker is not null).OrderBy(task => task.Task.Key.Client).First().Task.Key).Board.Assign().Board;

    private static PlannedTask Train(string client, long examples = 1, int round = 1) => new(new("r", TaskPurpose.Train, round, 1, client), examples);

    private static PlannedTask Local(string client) => Train(client) with { Local = true };

    private static PlannedTask Evaluate(int round, int slice) => new(new("r", TaskPurpose.Evaluate, round, 1, "", slice), 100);

    private static IEnumerable<PlannedTask> Trains(int count) => Enumerable.Range(0, count).Select(i => Train($"c{i}"));
}
