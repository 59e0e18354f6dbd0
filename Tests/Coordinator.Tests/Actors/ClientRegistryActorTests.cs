using Akka.Actor;
using Akka.TestKit;
using Federated.Coordinator.Actors;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

public sealed class ClientRegistryActorTests : ActorTest
{
    private readonly IActorRef _registry;
    private readonly TestProbe _run;

    public ClientRegistryActorTests()
    {
        _registry = Sys.ActorOf(ClientRegistryActor.Props(Settings));
        _run = CreateTestProbe();
        _registry.Tell(new OpenRunWork("r", "job: yaml"));
    }

    [Fact]
    public void Worker_is_welcomed_by_its_session_as_often_as_it_says_hello()
    {
        var worker = CreateTestProbe();
        var session = Attach(worker, HelloOf("w1"));
        _registry.Tell(HelloOf("w1"), worker);
        worker.ExpectMsg<Welcome>();
        Assert.Equal(session, worker.LastSender);
    }

    [Fact]
    public void Worker_of_another_version_is_refused_with_both_versions_in_the_sentence()
    {
        var worker = CreateTestProbe();
        var hello = HelloOf("w1");
        hello.Protocol = 9;
        hello.Version = "7.7.7";
        _registry.Tell(hello, worker);
        var refused = worker.ExpectMsg<Refused>();
        Assert.Equal((Refusal.WrongVersion, "s1"), (refused.Reason, refused.Session));
        Assert.Equal(
            "Worker 'w1' (version 7.7.7) speaks protocol 9, the coordinator (version 0.1.0) speaks protocol 1: install the same version on both.", refused.Detail);
    }

    [Theory]
    [InlineData("", 2, "slots", "The worker's name")]
    [InlineData("w", 0, "a", "0 slots")]
    [InlineData("w", 1025, "a", "1025 slots")]
    [InlineData("w", 1, "a a", "client 'a' twice")]
    [InlineData("w", 1, "a\u0001", "control character")]
    public void Malformed_hello_is_refused(string name, int slots, string clients, string sentence)
    {
        var worker = CreateTestProbe();
        _registry.Tell(HelloOf(name, slots, "s1", clients.Split(' ')), worker);
        var refused = worker.ExpectMsg<Refused>();
        Assert.Equal(Refusal.Malformed, refused.Reason);
        Assert.Contains(sentence, refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Second_worker_of_the_same_name_is_refused_while_the_first_is_alive()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        Attach(first, HelloOf("w1"));
        _registry.Tell(HelloOf("w1", 2, "s2"), second);
        var refused = second.ExpectMsg<Refused>();
        Assert.Equal((Refusal.Duplicate, "s2"), (refused.Reason, refused.Session));
    }

    [Fact]
    public void Second_worker_with_a_client_of_the_first_is_refused_while_the_first_is_alive()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        Attach(first, HelloOf("w1", 1, "s1", "a", "b"));
        _registry.Tell(HelloOf("w2", 1, "s2", "b"), second);
        Assert.Contains("'w1'", second.ExpectMsg<Refused>().Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Restarted_worker_takes_the_place_of_one_that_does_not_answer_and_gets_its_tasks()
    {
        var second = CreateTestProbe();
        var silent = Sys.ActorOf(Props.Create(() => new Mute(TestActor)));
        _registry.Tell(HelloOf("w1"), silent);
        ExpectMsg<Welcome>();
        Submit(Train("a"));
        ExpectMsg<OpenRun>();
        ExpectMsg<AssignTask>();
        Sys.Stop(silent);
        _registry.Tell(HelloOf("w1", 2, "s2"), second);
        second.ExpectMsg<Welcome>();
        second.ExpectMsg<OpenRun>();
        Assert.Equal("a", second.ExpectMsg<AssignTask>().Id.Client);
    }

    [Fact]
    public void Unreachable_worker_is_replaced_at_once_by_its_restarted_self()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        Attach(first, HelloOf("w1"));
        _registry.Tell(new NodeUnreachable(first.Ref.Path.Address));
        Attach(second, HelloOf("w1", 2, "s2"));
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
        Assert.Equal(("a", "w1"), _run.ExpectMsg<TaskAssigned>() is var assigned ? (assigned.Key.Client, assigned.Worker) : default);

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
        _registry.Tell(SubscribeRoster.Instance, _run);
        Assert.Equal((1, 2), _run.ExpectMsg<Roster>() is var there ? (there.Workers, there.Slots) : default);
        Submit(Train("a"));
        worker.ExpectMsg<OpenRun>();
        worker.ExpectMsg<AssignTask>();
        _run.ExpectMsg<TaskAssigned>();

        _registry.Tell(new NodeUnreachable(worker.Ref.Path.Address));
        Assert.Equal("a", worker.ExpectMsg<CancelTasks>().Ids.Single().Client);
        Assert.Equal(0, _run.ExpectMsg<Roster>().Workers);
        _registry.Tell(new NodeReachable(worker.Ref.Path.Address));
        Assert.Equal("a", worker.FishForMessage<AssignTask>(_ => true).Id.Client);
        _run.ExpectMsg<TaskAssigned>();
        Assert.Equal(1, _run.ExpectMsg<Roster>().Workers);
    }

    [Fact]
    public void Local_task_of_a_dead_worker_is_reported_lost()
    {
        var worker = CreateTestProbe();
        Attach(worker, HelloOf("w1", 1, "s1", "a"));
        Submit(Train("a") with { Local = true });
        _run.ExpectMsg<TaskAssigned>();
        Sys.Stop(worker.Ref);
        Assert.Equal(("a", "w1"), _run.ExpectMsg<TaskLost>() is var lost ? (lost.Key.Client, lost.Worker) : default);
    }

    [Fact]
    public void Draining_worker_finishes_what_it_has_and_gets_nothing_more()
    {
        var worker = CreateTestProbe();
        var session = Attach(worker, HelloOf("w1"));
        _registry.Tell(SubscribeRoster.Instance, _run);
        _run.ExpectMsg<Roster>();
        session.Tell(new Draining { Session = "s1" }, worker);
        Assert.Equal(0, _run.ExpectMsg<Roster>().Workers);
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
        _registry.Tell(new WorkDone(Train("a").Key));
        Assert.Equal("c", worker.ExpectMsg<AssignTask>().Id.Client);
        _registry.Tell(new WithdrawWork([Train("b").Key, Train("c").Key]));
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
        _registry.Tell(new AnnounceCommit("r", 1));
        Assert.Equal(("r", 1u), knows.ExpectMsg<RoundCommitted>() is var committed ? (committed.Run, committed.Round) : default);
        _registry.Tell(new CloseRunWork("r"));
        knows.ExpectMsg<CancelTasks>();
        Assert.Equal("r", knows.ExpectMsg<CloseRun>().Run);
        doesNot.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    private IActorRef Attach(TestProbe worker, Hello hello)
    {
        _registry.Tell(hello, worker);
        Assert.Equal(("http://127.0.0.1:1", hello.Session), worker.ExpectMsg<Welcome>() is var welcome ? (welcome.TransferAddress, welcome.Session) : default);
        return worker.LastSender;
    }

    private void Submit(params PlannedTask[] tasks) => _registry.Tell(new SubmitWork([.. tasks.Select(task => new TaskOrder(task))]), _run);

    private static PlannedTask Train(string client) => new(new("r", TaskPurpose.Train, 1, 1, client), 1);

    /// <summary>A worker that is killed without having said anything.</summary>
    private sealed class Mute : ReceiveActor
    {
        public Mute(IActorRef log) => ReceiveAny(log.Tell);
    }
}
