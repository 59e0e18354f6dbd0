using Federated.Core.Rounds;

namespace Federated.Core.Tests.Rounds;

public sealed class TaskBoardHoldersTests
{
    [Fact]
    public void Finished_task_that_is_asked_for_again_goes_to_the_worker_that_holds_its_result_beyond_its_slots()
    {
        var board = TaskBoard.Empty.Attach("w1", 1, []).Add([Train("a")]).Assign().Board.Complete(Train("a").Key).Board;
        board = board.Attach("w2", 8, []).Add([Train("x", 9), Train("y", 8)]).Assign().Board.Add([Train("z", 7)]).Assign().Board;
        var held = board.Workers["w1"].Held;
        var again = board.Add([Train("a")]).Assign();
        Assert.Equal(("a", "w1", true), (again.Assigned.Single().Task.Key.Client, again.Assigned.Single().Worker, again.Assigned.Single().Resent));
        Assert.Equal(held, again.Board.Workers["w1"].Held);
    }

    [Fact]
    public void Result_that_is_sent_again_leaves_the_slots_to_training()
    {
        var keys = Enumerable.Range(0, 50).Select(i => Train($"h{i}").Key);
        var board = TaskBoard.Empty.Attach("w1", 1, []).Hold("w1", keys).Board.Add(keys.Select(key => new PlannedTask(key, 1))).Assign().Board;
        Assert.Equal((50, 0), (board.Tasks.Count, board.Workers["w1"].Held));
        Assert.Single(board.Add([Train("new")]).Assign().Assigned);
    }

    [Fact]
    public void Newcomer_takes_over_tasks_whose_results_it_holds_from_those_who_train_them()
    {
        var board = TaskBoard.Empty.Attach("w1", 1, []).Add([Train("a"), Train("b"), Train("c")]).Assign().Board;
        var pending = board.Pending.Single().Key.Client;
        var taken = board.Attach("w2", 1, []).Hold("w2", [Train("a").Key, Train(pending).Key, Train("unknown").Key]);
        Assert.Equal([("a", "w1")], taken.Withdrawn.Select(task => (task.Task.Key.Client, task.Worker!)));
        var moved = taken.Board.Assign();
        Assert.Equal(["a", pending], moved.Assigned.Where(task => task.Resent).Select(task => task.Task.Key.Client).Order());
        Assert.All(moved.Assigned.Where(task => task.Resent), task => Assert.Equal("w2", task.Worker));
    }

    [Fact]
    public void Result_that_another_ready_worker_sends_again_stays_with_it()
    {
        var board = TaskBoard.Empty.Attach("w1", 1, []).Hold("w1", [Train("a").Key]).Board.Add([Train("a")]).Assign().Board;
        var second = board.Attach("w2", 1, []).Hold("w2", [Train("a").Key]);
        Assert.Empty(second.Withdrawn);
        Assert.Equal("w1", second.Board.Holders[Train("a").Key]);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("suspect")]
    [InlineData("draining")]
    public void Result_of_a_worker_that_cannot_be_asked_is_made_again_by_another(string fate)
    {
        var board = TaskBoard.Empty.Attach("w1", 1, []).Hold("w1", [Train("a").Key]).Board.Attach("w2", 1, []);
        board = fate switch { "gone" => board.Detach("w1").Board, "suspect" => board.Suspect("w1").Board, _ => board.Drain("w1") };
        var step = board.Add([Train("a")]).Assign();
        Assert.Equal(("w2", false), (step.Assigned.Single().Worker, step.Assigned.Single().Resent));
        // The other may deliver as well; then nobody knows whose result it was.
        Assert.Equal(fate == "gone" ? 0 : 1, step.Board.Complete(Train("a").Key).Withdrawn.Length);
    }

    [Fact]
    public void Suspect_worker_keeps_what_it_has_finished_but_not_what_it_was_told_to_forget()
    {
        var board = TaskBoard.Empty.Attach("w1", 2, []).Add([Train("a"), Train("b")]).Assign().Board.Complete(Train("a").Key).Board.Suspect("w1").Board;
        Assert.Equal(["a"], board.Holders.Keys.Select(key => key.Client));
        var back = board.Add([Train("a")]).Resume("w1").Assign();
        Assert.Equal([("a", true), ("b", false)], back.Assigned.Select(task => (task.Task.Key.Client, task.Resent)).Order());
    }

    [Fact]
    public void Durable_round_is_held_by_nobody_any_more_and_its_evaluation_is()
    {
        TaskKey[] keys = [new("r", TaskPurpose.Initialise, 0, 1), Train("a").Key, Train("a", round: 2).Key, Evaluate(0), Evaluate(1), new("other", TaskPurpose.Train, 1, 1, "a")];
        var board = TaskBoard.Empty.Attach("w1", 1, []).Hold("w1", keys).Board;
        Assert.Equal(new[] { keys[2], keys[4], keys[5] }.ToHashSet(), board.Forget("r", 1).Holders.Keys.ToHashSet());
        Assert.Equal([keys[5]], board.Forget("r").Holders.Keys);
        Assert.Equal(board.Forget("r", 1).Holders, board.Forget("r", 1).Forget("r", 1).Holders);
    }

    [Fact]
    public void Cancelled_task_is_held_by_nobody()
    {
        var board = TaskBoard.Empty.Attach("w1", 1, []).Add([Train("a")]).Assign().Board.Complete(Train("a").Key).Board;
        Assert.Empty(board.Cancel([Train("a").Key]).Board.Holders);
    }

    [Fact]
    public void Released_run_leaves_its_tasks_with_their_workers_and_gets_them_back()
    {
        var board = TaskBoard.Empty.Attach("w1", 1, []).Attach("w2", 1, []).Add([Train("a"), Train("b"), Train("c"), Train("d"), Train("e")]).Assign().Board;
        var before = board.Tasks.Values.Where(task => task.Worker is not null).ToDictionary(task => task.Task.Key, task => task.Worker);
        var released = board.Release("r");
        Assert.Equal((0, 0, 0), (released.Tasks.Count, released.Pending.Count, released.Workers["w1"].Held));
        Assert.Equal(before.Count, released.Release("r").Holders.Count);
        var again = released.Add(board.Tasks.Values.Select(task => task.Task)).Assign().Board;
        Assert.All(before, task => Assert.Equal(task.Value, again.Tasks[task.Key].Worker));
    }

    [Fact]
    public void Local_task_is_not_sent_again_by_a_worker_that_does_not_have_the_client()
    {
        var board = TaskBoard.Empty.Attach("w1", 1, ["a"]).Attach("w2", 1, ["b"]).Add([Local("a")]).Assign().Board;
        var step = board.Hold("w2", [Local("a").Key]);
        Assert.Empty(step.Withdrawn);
        Assert.Equal("w1", board.Tasks[Local("a").Key].Worker);
        Assert.Equal("w1", step.Board.Detach("w2").Board.Release("r").Add([Local("a")]).Assign().Assigned.Single().Worker);
    }

    [Fact]
    public void Patient_local_task_waits_for_its_home_and_waits_again_when_that_goes_away()
    {
        var patient = Local("a") with { Patient = true };
        var step = TaskBoard.Empty.Attach("w2", 1, ["b"]).Add([patient, Local("b"), Local("z")]).Assign();
        Assert.Equal(["z"], step.Lost.Select(task => task.Task.Key.Client));
        Assert.Equal(["b"], step.Assigned.Select(task => task.Task.Key.Client));
        var home = step.Board.Attach("w1", 1, ["a"]).Assign();
        Assert.Equal("w1", home.Assigned.Single().Worker);
        var gone = home.Board.Detach("w1");
        Assert.Empty(gone.Lost);
        var back = gone.Board.Assign().Board.Attach("w1", 1, ["a"]).Assign();
        Assert.Equal(("w1", false), (back.Assigned.Single().Worker, back.Assigned.Single().Moved));
        Assert.Empty(back.Board.Complete(patient.Key).Withdrawn);
    }

    [Fact]
    public void Settled_tasks_are_forgotten_by_those_who_hold_them_and_by_those_who_are_at_them()
    {
        var board = TaskBoard.Empty.Attach("w1", 2, []).Add([Train("a"), Train("b"), Train("c")]).Assign().Board.Complete(Train("a").Key).Board;
        var settled = board.Settle([Train("a").Key, Train("b").Key, Train("unknown").Key]);
        Assert.Equal(["a", "b"], settled.Withdrawn.Select(task => task.Task.Key.Client).Order());
        Assert.All(settled.Withdrawn, task => Assert.Equal("w1", task.Worker));
        Assert.Equal("c", settled.Board.Tasks.Values.Single().Task.Key.Client);
        Assert.Empty(settled.Board.Holders);
    }

    [Fact]
    public void Where_rounds_overlap_results_are_held_as_long_as_their_round_may_be_wanted()
    {
        var keys = Enumerable.Range(1, 4).Select(round => Train("a", round: round).Key);
        var board = TaskBoard.Empty.Attach("w1", 1, []).Hold("w1", keys).Board;
        Assert.Equal([3, 4], board.Forget("r", upToRound: 4, wantedFrom: 3).Holders.Keys.Select(key => key.Round).Order());
        Assert.Empty(board.Forget("r", upToRound: 4).Holders);
    }

    private static PlannedTask Train(string client, long examples = 1, int round = 1) => new(new("r", TaskPurpose.Train, round, 1, client), examples);

    private static PlannedTask Local(string client) => Train(client) with { Local = true };

    private static TaskKey Evaluate(int round) => new("r", TaskPurpose.Evaluate, round, 1, "", 0);
}
