using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>Which workers the registry takes, and as what.</summary>
public sealed class RegistryAdmissionTests : RegistryTest
{
    [Fact]
    public void Worker_is_welcomed_by_its_session_as_often_as_it_says_hello()
    {
        var worker = CreateTestProbe();
        var session = Attach(worker, HelloOf("w1"));
        Registry.Tell(HelloOf("w1"), worker);
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
        Registry.Tell(hello, worker);
        var refused = worker.ExpectMsg<Refused>();
        Assert.Equal((Refusal.WrongVersion, "s1"), (refused.Reason, refused.Session));
        Assert.Equal(
            "Worker 'w1' (version 7.7.7) speaks protocol 9, the coordinator (version 0.1.0) speaks protocol 1: install the same version on both.", refused.Detail);
    }

    [Fact]
    public void Hello_with_a_result_of_no_task_or_too_many_results_is_refused()
    {
        var worker = CreateTestProbe();
        var nameless = HelloOf("w1");
        nameless.Held.Add([Train("a").Key.ToProto(), new TaskId { Run = "Run/1", Attempt = 1, Kind = TaskKind.Train }]);
        Registry.Tell(nameless, worker);
        var refused = worker.ExpectMsg<Refused>();
        Assert.Equal(Refusal.Malformed, refused.Reason);
        Assert.StartsWith("Result 2 that worker 'w1'", refused.Detail, StringComparison.Ordinal);
        var greedy = HelloOf("w1");
        greedy.Held.Add(Enumerable.Repeat(Train("a").Key.ToProto(), Admission.MaxHeld + 1));
        Registry.Tell(greedy, worker);
        Assert.Contains("10001 results", worker.ExpectMsg<Refused>().Detail, StringComparison.Ordinal);
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
        Registry.Tell(HelloOf(name, slots, "s1", clients.Split(' ')), worker);
        var refused = worker.ExpectMsg<Refused>();
        Assert.Equal(Refusal.Malformed, refused.Reason);
        Assert.Contains(sentence, refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Second_worker_of_the_same_name_is_refused_while_the_first_is_alive()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        Attach(first, HelloOf("w1"));
        Registry.Tell(HelloOf("w1", 2, "s2"), second);
        var refused = second.ExpectMsg<Refused>();
        Assert.Equal((Refusal.Duplicate, "s2"), (refused.Reason, refused.Session));
    }

    [Fact]
    public void Second_worker_with_a_client_of_the_first_is_refused_while_the_first_is_alive()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        Attach(first, HelloOf("w1", 1, "s1", "a", "b"));
        Registry.Tell(HelloOf("w2", 1, "s2", "b"), second);
        Assert.Contains("'w1'", second.ExpectMsg<Refused>().Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Restarted_worker_takes_the_place_of_one_that_does_not_answer_and_gets_its_tasks()
    {
        var second = CreateTestProbe();
        var silent = Sys.ActorOf(Props.Create(() => new Mute(TestActor)));
        Registry.Tell(HelloOf("w1"), silent);
        ExpectMsg<Welcome>();
        Submit(Train("a"));
        ExpectMsg<OpenRun>();
        ExpectMsg<AssignTask>();
        // In its mailbox before the question whether it is alive.
        silent.Tell(PoisonPill.Instance);
        Registry.Tell(HelloOf("w1", 2, "s2"), second);
        second.ExpectMsg<Welcome>();
        second.ExpectMsg<OpenRun>();
        Assert.Equal("a", second.ExpectMsg<AssignTask>().Id.Client);
    }

    [Fact]
    public void Unreachable_worker_is_replaced_at_once_by_its_restarted_self()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        Attach(first, HelloOf("w1"));
        Registry.Tell(new NodeUnreachable(first.Ref.Path.Address));
        Attach(second, HelloOf("w1", 2, "s2"));
    }

    [Fact]
    public void Roster_has_the_labels_of_the_workers_of_clients_and_tells_when_they_change()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        var hello = HelloOf("w1", 1, "s1", "a");
        hello.Labels["region"] = "north";
        Attach(first, hello);
        Registry.Tell(SubscribeRoster.Instance, Run);
        var roster = Run.ExpectMsg<Roster>();
        Assert.Equal(("north", "", ""), (roster.Label("a", "region"), roster.Label("a", "size"), roster.Label("b", "region")));

        Sys.Stop(first.Ref);
        Assert.Equal(0, Run.ExpectMsg<Roster>().Workers);
        var again = HelloOf("w1", 1, "s2", "a");
        again.Labels["region"] = "south";
        Attach(second, again);
        Assert.Equal("south", Run.ExpectMsg<Roster>().Label("a", "region"));
    }

    [Fact]
    public void Worker_with_too_many_labels_is_refused()
    {
        var worker = CreateTestProbe();
        var hello = HelloOf("w1");
        for (var i = 0; i < 33; i++) hello.Labels[$"l{i}"] = "x";
        Registry.Tell(hello, worker);
        Assert.Contains("33 labels", worker.ExpectMsg<Refused>().Detail, StringComparison.Ordinal);
    }

    /// <summary>A worker that is killed without having said anything.</summary>
    private sealed class Mute : ReceiveActor
    {
        public Mute(IActorRef log) => ReceiveAny(log.Tell);
    }
}
