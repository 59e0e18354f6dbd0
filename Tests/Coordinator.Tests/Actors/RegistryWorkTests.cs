using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Core.Privacy;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>Which worker gets which task, and when.</summary>
public sealed class RegistryWorkTests : RegistryTest
{
    [Fact]
    public void Each_assignment_has_a_ticket_of_its_own_that_owner_and_worker_are_told_and_no_repetition_changes()
    {
        var registry = Sys.ActorOf(ClientRegistryActor.Props(Settings with { Secrets = new CountingSecrets() }));
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        foreach (var (worker, name) in new[] { (first, "w1"), (second, "w2") })
        {
            registry.Tell(HelloOf(name, slots: 1), worker);
            worker.ExpectMsg<Welcome>();
        }
        registry.Tell(new SubmitWork([new(Train("a")), new(Train("b"))]), Run);
        var told = new[] { Run.ExpectMsg<TaskAssigned>(), Run.ExpectMsg<TaskAssigned>() };
        Assert.Equal([1, 2], told.Select(assigned => (int)assigned.Ticket[^1]));
        Assert.All(told, assigned => Assert.Equal(16, assigned.Ticket.Length));
        foreach (var (worker, name) in new[] { (first, "w1"), (second, "w2") })
        {
            worker.ExpectMsg<OpenRun>();
            var given = told.Single(assigned => assigned.Worker == name);
            var task = worker.ExpectMsg<AssignTask>();
            Assert.Equal((given.Key.Client, given.Ticket), (task.Id.Client, task.Ticket));
            Advance(WorkerSessionActor.RepeatInterval);
            Assert.Equal(task, worker.FishForMessage<AssignTask>(_ => true));
            Assert.Equal(given.Ticket, task.Ticket);
        }
    }

    [Fact]
    public void Task_reaches_the_worker_after_the_run_was_opened_and_is_repeated_until_it_is_accepted()
    {
        var worker = CreateTestProbe();
        var session = Attach(worker, HelloOf("w1"));
        Submit(Train("a"));
        Assert.Equal(("r", "job: yaml"), worker.ExpectMsg<OpenRun>() is var open ? (open.Run, open.JobYaml) : default);
        var task = worker.ExpectMsg<AssignTask>();
        Assert.Equal(("a", TaskKind.Train, 1u), (task.Id.Client, task.Id.Kind, task.Id.Round));
        Assert.Equal(("a", "w1"), Run.ExpectMsg<TaskAssigned>() is var assigned ? (assigned.Key.Client, assigned.Worker) : default);

        Advance(WorkerSessionActor.RepeatInterval);
        worker.ExpectMsg<OpenRun>();
        Assert.Equal(task, worker.ExpectMsg<AssignTask>());
        session.Tell(new TaskAccepted { Id = task.Id }, worker);
        session.Tell(HelloOf("w1"), worker);
        worker.ExpectMsg<Welcome>();
        Advance(WorkerSessionActor.RepeatInterval * 3);
        worker.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Tasks_of_a_dead_worker_move_to_another()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        Attach(first, HelloOf("w1"));
        Submit(Train("a"), Train("b"));
        first.ExpectMsg<OpenRun>();
        first.ExpectMsg<AssignTask>();
        Attach(second, HelloOf("w2"));
        Sys.Stop(first.Ref);
        second.ExpectMsg<OpenRun>();
        var moved = new[] { second.ExpectMsg<AssignTask>().Id.Client, second.ExpectMsg<AssignTask>().Id.Client };
        Assert.Equal(["a", "b"], moved.Order());
    }

    [Fact]
    public void Tasks_of_an_unreachable_worker_move_at_once_and_come_back_when_it_does()
    {
        var worker = CreateTestProbe();
        Attach(worker, HelloOf("w1"));
        Registry.Tell(SubscribeRoster.Instance, Run);
        Assert.Equal((1, 2), Run.ExpectMsg<Roster>() is var there ? (there.Workers, there.Slots) : default);
        Submit(Train("a"));
        worker.ExpectMsg<OpenRun>();
        worker.ExpectMsg<AssignTask>();
        Run.ExpectMsg<TaskAssigned>();

        Registry.Tell(new NodeUnreachable(worker.Ref.Path.Address));
        Assert.Equal("a", worker.ExpectMsg<CancelTasks>().Ids.Single().Client);
        Assert.Equal(0, Run.ExpectMsg<Roster>().Workers);
        Registry.Tell(new NodeReachable(worker.Ref.Path.Address));
        Assert.Equal("a", worker.FishForMessage<AssignTask>(_ => true).Id.Client);
        Run.ExpectMsg<TaskAssigned>();
        Assert.Equal(1, Run.ExpectMsg<Roster>().Workers);
    }

    [Fact]
    public void Local_task_of_a_dead_worker_is_reported_lost()
    {
        var worker = CreateTestProbe();
        Attach(worker, HelloOf("w1", 1, "s1", "a"));
        Submit(Train("a") with { Local = true });
        Run.ExpectMsg<TaskAssigned>();
        Sys.Stop(worker.Ref);
        Assert.Equal(("a", "w1"), Run.ExpectMsg<TaskLost>() is var lost ? (lost.Key.Client, lost.Worker) : default);
    }

    [Fact]
    public void Draining_worker_finishes_what_it_has_and_gets_nothing_more()
    {
        var worker = CreateTestProbe();
        var session = Attach(worker, HelloOf("w1"));
        Registry.Tell(SubscribeRoster.Instance, Run);
        Run.ExpectMsg<Roster>();
        session.Tell(new Draining { Session = "s1" }, worker);
        Assert.Equal(0, Run.ExpectMsg<Roster>().Workers);
        Submit(Train("a"));
        worker.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Free_slot_gets_the_next_task_and_withdrawn_ones_are_cancelled()
    {
        var worker = CreateTestProbe();
        var session = Attach(worker, HelloOf("w1", 1));
        Submit(Train("a"), Train("b"), Train("c"));
        worker.ExpectMsg<OpenRun>();
        foreach (var _ in new[] { 1, 2 }) session.Tell(new TaskAccepted { Id = worker.ExpectMsg<AssignTask>().Id }, worker);
        Registry.Tell(new WorkDone(Train("a").Key));
        Assert.Equal("c", worker.ExpectMsg<AssignTask>().Id.Client);
        Registry.Tell(new WithdrawWork([Train("b").Key, Train("c").Key]));
        Assert.Equal(["b", "c"], worker.ExpectMsg<CancelTasks>().Ids.Select(id => id.Client));
    }

    [Fact]
    public void Commit_and_end_of_a_run_reach_the_workers_that_know_it()
    {
        var (knows, doesNot) = (CreateTestProbe(), CreateTestProbe());
        Attach(knows, HelloOf("w1", 1));
        Submit(Train("a"));
        knows.ExpectMsg<OpenRun>();
        knows.ExpectMsg<AssignTask>();
        Attach(doesNot, HelloOf("w2"));
        Registry.Tell(new AnnounceCommit("r", 1));
        Assert.Equal(("r", 1u), knows.ExpectMsg<RoundCommitted>() is var committed ? (committed.Run, committed.Round) : default);
        Registry.Tell(new CloseRunWork("r", MayGoOn: false));
        knows.ExpectMsg<CancelTasks>();
        Assert.Equal("r", knows.ExpectMsg<CloseRun>().Run);
        doesNot.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Task_whose_result_a_newcomer_holds_moves_to_it_beyond_its_slots_and_the_other_forgets_it()
    {
        var (trains, holds) = (CreateTestProbe(), CreateTestProbe());
        Attach(trains, HelloOf("w1", 1));
        Submit(Train("a"), Train("b"), Train("c"), Train("d"));
        trains.ExpectMsg<OpenRun>();
        Assert.Equal(["a", "b"], new[] { trains.ExpectMsg<AssignTask>().Id.Client, trains.ExpectMsg<AssignTask>().Id.Client });
        var hello = HelloOf("w2", 1, "s2");
        hello.Held.Add([Train("a").Key.ToProto(), Train("d").Key.ToProto()]);
        Attach(holds, hello);
        Assert.Equal(["a"], trains.ExpectMsg<CancelTasks>().Ids.Select(id => id.Client));
        holds.ExpectMsg<OpenRun>();
        // Two that it sends again, and one more to train.
        Assert.Equal(["a", "d", "c"], Enumerable.Range(0, 3).Select(_ => holds.ExpectMsg<AssignTask>().Id.Client));
    }

    [Fact]
    public void Restarted_actor_of_a_worker_gets_the_tasks_that_it_holds_and_nobody_else_does()
    {
        var (first, second, other) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        Attach(other, HelloOf("w0", 8, "s0"));
        Registry.Tell(new NodeUnreachable(other.Ref.Path.Address));
        Attach(first, HelloOf("w1", 8));
        Submit(Train("a"));
        first.ExpectMsg<OpenRun>();
        first.ExpectMsg<AssignTask>();
        Registry.Tell(new NodeReachable(other.Ref.Path.Address));
        var hello = HelloOf("w1", 8);
        hello.Held.Add(Train("a").Key.ToProto());
        Attach(second, hello);
        second.ExpectMsg<OpenRun>();
        Assert.Equal("a", second.ExpectMsg<AssignTask>().Id.Client);
        other.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Worker_to_which_a_done_task_had_moved_forgets_it_unless_its_client_has_a_part_to_play_still(bool goesOn)
    {
        var (trained, took) = (CreateTestProbe(), CreateTestProbe());
        Attach(trained, HelloOf("w1", 1));
        Submit(Train("a"));
        trained.ExpectMsg<OpenRun>();
        trained.ExpectMsg<AssignTask>();
        Registry.Tell(new NodeUnreachable(trained.Ref.Path.Address));
        Attach(took, HelloOf("w2", 1, "s2"));
        took.ExpectMsg<OpenRun>();
        took.ExpectMsg<AssignTask>();
        Registry.Tell(new WorkDone(Train("a").Key) { GoesOn = goesOn });
        if (goesOn) took.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        else Assert.Equal(["a"], took.ExpectMsg<CancelTasks>().Ids.Select(id => id.Client));
    }

    [Fact]
    public void Suspended_run_goes_on_with_the_workers_that_have_its_tasks_and_they_are_told_nothing()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        Attach(first, HelloOf("w1", 1));
        Attach(second, HelloOf("w2", 1, "s2"));
        Submit(Train("a"), Train("b"));
        var homes = new[] { first, second }.ToDictionary(worker => worker, worker =>
        {
            worker.ExpectMsg<OpenRun>();
            return worker.ExpectMsg<AssignTask>().Id.Client;
        });
        Run.ExpectMsg<TaskAssigned>();
        Run.ExpectMsg<TaskAssigned>();
        Registry.Tell(new SuspendRunWork("r"));
        Registry.Tell(new SuspendRunWork("r"));
        Registry.Tell(new WorkDone(Train("a").Key));
        foreach (var worker in homes.Keys) worker.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        var heir = CreateTestProbe();
        Registry.Tell(new SubmitWork([new(Train("b")), new(Train("a"))]), heir);
        foreach (var (worker, client) in homes) Assert.Equal(client, worker.ExpectMsg<AssignTask>().Id.Client);
        heir.ExpectMsg<TaskAssigned>();
        heir.ExpectMsg<TaskAssigned>();
        Run.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void Worker_that_opens_a_run_late_is_told_its_last_durable_round_before_its_task()
    {
        var worker = CreateTestProbe();
        Registry.Tell(new AnnounceCommit("r", 1));
        Registry.Tell(new AnnounceCommit("r", 2, Attempt: 3));
        Attach(worker, HelloOf("w1"));
        Submit(Train("a"));
        worker.ExpectMsg<OpenRun>();
        Assert.Equal(new RoundCommitted { Run = "r", Round = 2, Attempt = 3 }, worker.ExpectMsg<RoundCommitted>());
        worker.ExpectMsg<AssignTask>();
    }

    [Fact]
    public void Results_of_a_durable_round_are_not_asked_for_again_where_they_were_made()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        Attach(first, HelloOf("w1", 1));
        Submit(Train("a"));
        first.ExpectMsg<OpenRun>();
        first.ExpectMsg<AssignTask>();
        Registry.Tell(new WorkDone(Train("a").Key));
        Submit(Train("x"), Train("y"));
        foreach (var _ in new[] { 1, 2 }) first.ExpectMsg<AssignTask>();
        Attach(second, HelloOf("w2", 1, "s2"));
        Registry.Tell(new AnnounceCommit("r", 1));
        Submit(Train("a"));
        second.ExpectMsg<OpenRun>();
        second.ExpectMsg<RoundCommitted>();
        Assert.Equal("a", second.ExpectMsg<AssignTask>().Id.Client);
    }

    [Fact]
    public void Patient_local_task_of_a_dead_worker_waits_for_it_and_is_not_reported_lost()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        Submit(Train("a") with { Local = true, Patient = true });
        Attach(first, HelloOf("w1", 1, "s1", "a"));
        first.ExpectMsg<OpenRun>();
        first.ExpectMsg<AssignTask>();
        Run.ExpectMsg<TaskAssigned>();
        Sys.Stop(first.Ref);
        Run.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        Attach(second, HelloOf("w1", 1, "s2", "a"));
        second.ExpectMsg<OpenRun>();
        Assert.Equal("a", second.ExpectMsg<AssignTask>().Id.Client);
    }

    [Fact]
    public void Tasks_that_a_draining_worker_does_not_finish_move_to_another_when_it_has_left_and_not_before()
    {
        var (leaves, stays) = (CreateTestProbe(), CreateTestProbe());
        var session = Attach(leaves, HelloOf("w1", 1));
        Submit(Train("a"), Train("b"));
        leaves.ExpectMsg<OpenRun>();
        foreach (var _ in new[] { 1, 2 }) session.Tell(new TaskAccepted { Id = leaves.ExpectMsg<AssignTask>().Id }, leaves);
        session.Tell(new Draining { Session = "s1" }, leaves);
        Attach(stays, HelloOf("w2", 2, "s2"));
        Registry.Tell(new WorkDone(Train("a").Key));
        stays.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        Sys.Stop(leaves.Ref);
        stays.ExpectMsg<OpenRun>();
        Assert.Equal("b", stays.ExpectMsg<AssignTask>().Id.Client);
        // The result that it gave is with nobody any more: it would be made again.
        Submit(Train("a"));
        Assert.Equal("a", stays.ExpectMsg<AssignTask>().Id.Client);
    }

    private sealed class CountingSecrets : ISecureRandom
    {
        private byte _count;

        public void Fill(Span<byte> bytes)
        {
            bytes.Clear();
            bytes[^1] = ++_count;
        }
    }
}
