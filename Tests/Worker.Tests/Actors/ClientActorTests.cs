using Akka.Actor;
using Akka.TestKit;
using Federated.Core.Jobs;
using Federated.Core.Simulating;
using Federated.V1;
using Federated.Worker.Actors;
using Federated.Worker.Options;
using Federated.Worker.State;
using Federated.Worker.Tasks;
using Federated.Worker.Tests.Fakes;
using Google.Protobuf;

namespace Federated.Worker.Tests.Actors;

/// <summary>The parameter cache and the trainers are the test's; deliveries go to the network's observer; the parent is the test actor.</summary>
public sealed class ClientActorTests : WorkerTestKit
{
    private readonly TestProbe _trainers;
    private readonly RunScope _run;

    public ClientActorTests()
    {
        IgnoreMessages(message => message is TaskDropped);
        _trainers = CreateTestProbe("trainers");
        var cache = CreateTestProbe("cache");
        cache.SetAutoPilot(new DelegateAutoPilot((sender, _) =>
        {
            sender.Tell(new ParametersReady(Global));
            return AutoPilot.KeepRunning;
        }));
        _run = new RunScope(Run, Scope(new FakeEngine()), new SharedRunEngine(new JobSpec(), new FakeEngine()), cache, _trainers, new ClientStateStore(Run, StateDir));
    }

    [Fact]
    public void Same_assignment_twice_is_computed_once()
    {
        var client = Client("a");
        client.Tell(Train());
        var compute = _trainers.ExpectMsg<ComputeTask>();
        client.Tell(Train());
        Finish(compute);
        AnswerUpload();
        ExpectMsg<TaskSettled>();

        Assert.False(_trainers.HasMessages);
    }

    [Fact]
    public void Assignment_that_was_delivered_is_delivered_again_without_computing()
    {
        var client = Client("a");
        Deliver(client, Train());

        client.Tell(Train());

        AnswerUpload();
        ExpectMsg<TaskSettled>();
        Assert.False(_trainers.HasMessages);
    }

    [Fact]
    public void Assignment_that_comes_again_while_its_task_waits_or_is_computed_brings_its_ticket()
    {
        static AssignTask With(AssignTask task, string ticket) => new(task) { Ticket = ByteString.CopyFromUtf8(ticket) };
        var client = Client("a");
        client.Tell(With(Train(), "one"));
        client.Tell(With(ClientEvaluation(), "two"));
        var train = _trainers.ExpectMsg<ComputeTask>();
        client.Tell(With(Train(), "three"));
        client.Tell(With(ClientEvaluation(), "four"));
        AwaitHandled(client);
        Finish(train);
        Assert.Equal("three", Network.ExpectMsg<UploadCall>().Header.Ticket.ToStringUtf8());
        Assert.Equal("four", _trainers.ExpectMsg<ComputeTask>().Task.Ticket.ToStringUtf8());
    }

    [Fact]
    public void Tasks_of_a_client_are_computed_one_after_the_other()
    {
        var client = Client("a");
        var (train, evaluate) = (Train(), ClientEvaluation());
        client.Tell(train);
        client.Tell(evaluate);
        var first = _trainers.ExpectMsg<ComputeTask>();
        AwaitHandled(client);
        Assert.False(_trainers.HasMessages);

        Finish(first);

        Assert.Equal(evaluate.Id, _trainers.ExpectMsg<ComputeTask>().Task.Id);
    }

    [Fact]
    public void Tasks_of_no_client_are_computed_side_by_side()
    {
        var client = Client("");
        for (var slice = 0u; slice < 4; slice++) client.Tell(Evaluate(slice));

        Assert.Equal([0u, 1u, 2u, 3u], Enumerable.Range(0, 4).Select(_ => _trainers.ExpectMsg<ComputeTask>().Task.Id.Slice).Order());
    }

    [Fact]
    public void Cancelled_task_is_stopped_and_the_next_starts()
    {
        var client = Client("a");
        client.Tell(Train());
        client.Tell(ClientEvaluation());
        var cancelled = _trainers.ExpectMsg<ComputeTask>();

        client.Tell(Cancel(Train()));

        Assert.Equal(TaskKind.Evaluate, _trainers.ExpectMsg<ComputeTask>().Task.Id.Kind);
        AwaitAssert(() => Assert.True(cancelled.Cancellation.IsCancellationRequested));
        Assert.Equal(Train().Id, ExpectMsg<TaskSettled>().Id);
    }

    [Fact]
    public void Task_that_is_cancelled_while_it_waits_never_starts()
    {
        var client = Client("a");
        client.Tell(Train());
        var running = _trainers.ExpectMsg<ComputeTask>();
        client.Tell(ClientEvaluation());
        client.Tell(Cancel(ClientEvaluation()));
        Assert.Equal(ClientEvaluation().Id, ExpectMsg<TaskSettled>().Id);

        Finish(running);

        AnswerUpload();
        Assert.Equal(Train().Id, ExpectMsg<TaskSettled>().Id);
        Assert.False(_trainers.HasMessages);
    }

    [Fact]
    public void Update_is_kept_and_sent_again_to_a_coordinator_that_came_back()
    {
        var client = Client("a");
        Deliver(client, Train());

        client.Tell(Reattached.Instance);

        Assert.Equal([1f, 1f, 1f, 1f], Network.ExpectMsg<UploadCall>().Values);
    }

    [Fact]
    public void Update_is_dropped_when_its_round_is_durable()
    {
        var client = Client("a");
        var buffer = Deliver(client, Train());

        client.Tell(Committed(1));

        AwaitAssert(() => Assert.Throws<ObjectDisposedException>(() => buffer.Values));
        client.Tell(Reattached.Instance);
        AwaitHandled(client);
        Assert.False(Network.HasMessages);
    }

    [Fact]
    public void Everything_that_was_assigned_is_told_to_be_dropped_once_it_is_and_how_often_it_was_assigned()
    {
        IgnoreMessages(message => message is not TaskDropped);
        var client = Client("a");
        client.Tell(Train(round: 1));
        client.Tell(Train(round: 1));
        client.Tell(ClientEvaluation());
        AwaitHandled(client);
        Assert.False(HasMessages);

        client.Tell(Cancel(ClientEvaluation()));
        Assert.Equal(new TaskDropped(ClientEvaluation().Id, 1), ExpectMsg<TaskDropped>());
        client.Tell(Train(round: 2));
        Assert.Equal(new TaskDropped(Train(round: 1).Id, 2), ExpectMsg<TaskDropped>());
        client.Tell(Committed(2));
        Assert.Equal(new TaskDropped(Train(round: 2).Id, 1), ExpectMsg<TaskDropped>());
        client.Tell(Train(round: 2));
        Assert.Equal(new TaskDropped(Train(round: 2).Id, 1), ExpectMsg<TaskDropped>());
        client.Tell(Train(round: 3));
        client.Tell(PoisonPill.Instance);
        Assert.Equal(new TaskDropped(Train(round: 3).Id, 1), ExpectMsg<TaskDropped>());
    }

    [Fact]
    public void Round_of_a_run_that_was_set_back_is_trained_again()
    {
        var client = Client("a");
        client.Tell(Committed(5));
        client.Tell(Committed(3));

        client.Tell(Train(round: 4));

        Assert.Equal(4u, _trainers.ExpectMsg<ComputeTask>().Task.Id.Round);
    }

    [Fact]
    public void Train_task_of_a_durable_round_is_settled_without_work()
    {
        var client = Client("a");
        client.Tell(Committed(3));

        client.Tell(Train(round: 3));

        Assert.Equal(3u, ExpectMsg<TaskSettled>().Id.Round);
        Assert.False(_trainers.HasMessages);
    }

    [Fact]
    public void Where_rounds_overlap_an_update_is_kept_until_its_round_is_not_wanted_any_more()
    {
        var client = Client("a");
        var buffer = Deliver(client, Train(round: 2));

        client.Tell(new RoundCommitted { Run = Run, Round = 4, Attempt = 1, WantedFrom = 2 });
        client.Tell(Reattached.Instance);
        AnswerUpload();
        Assert.Equal(2u, ExpectMsg<TaskSettled>().Id.Round);

        client.Tell(new RoundCommitted { Run = Run, Round = 5, Attempt = 1, WantedFrom = 3 });
        AwaitAssert(() => Assert.Throws<ObjectDisposedException>(() => buffer.Values));
    }

    [Fact]
    public void Train_task_of_a_durable_round_that_may_be_wanted_is_done()
    {
        var client = Client("a");
        client.Tell(new RoundCommitted { Run = Run, Round = 4, Attempt = 1, WantedFrom = 2 });
        client.Tell(Train(round: 2));
        Assert.Equal(2u, _trainers.ExpectMsg<ComputeTask>().Task.Id.Round);
    }

    [Fact]
    public void Slow_client_of_a_simulation_delivers_later_and_gives_its_buffer_back_when_it_is_dropped()
    {
        var options = _run.Worker.Options with { Pace = new ClientPace(1, 5, TimeSpan.FromMinutes(1)) };
        var client = ChildActorOf(ClientActor.Props("a", _run with { Worker = _run.Worker with { Options = options }, Slow = ["a"] }));
        client.Tell(Train());
        var compute = _trainers.ExpectMsg<ComputeTask>();
        Finish(compute);
        AwaitHandled(compute.ReplyTo);
        Advance(299);
        Assert.False(Network.HasMessages);
        Advance(1);
        AnswerUpload();
        ExpectMsg<TaskSettled>();

        client.Tell(Train(round: 2));
        compute = _trainers.ExpectMsg<ComputeTask>();
        var buffer = Finish(compute);
        AwaitHandled(compute.ReplyTo);
        client.Tell(Committed(2));
        AwaitAssert(() => Assert.Throws<ObjectDisposedException>(() => buffer.Values));
    }

    [Fact]
    public void Client_that_a_simulation_drops_out_delivers_the_reason_in_place_of_its_update()
    {
        var id = Train().Id;
        var job = Enumerable.Range(0, 100).Select(seed => new JobSpec { Seed = (ulong)seed, Simulation = new() { DropOut = 0.9 } })
            .First(seeded => DropOuts.Of(seeded, "a", (int)id.Round, (int)id.Attempt) == DropOutMoment.Trained);
        var client = ChildActorOf(ClientActor.Props("a", _run with { Engine = new SharedRunEngine(job, new FakeEngine()) }));
        client.Tell(Train());
        var buffer = Finish(_trainers.ExpectMsg<ComputeTask>());
        var call = Network.ExpectMsg<ReportCall>();
        Assert.Equal(new TaskFailure { Reason = DropOuts.Reason }, call.Report.Failure);
        call.Reply.Give(Accepted);
        ExpectMsg<TaskSettled>();
        Assert.Throws<ObjectDisposedException>(() => buffer.Values);
    }

    [Fact]
    public void Next_train_task_replaces_the_update_of_the_last_round()
    {
        var client = Client("a");
        var buffer = Deliver(client, Train(round: 1));

        client.Tell(Train(round: 2));

        Assert.Equal(2u, _trainers.ExpectMsg<ComputeTask>().Task.Id.Round);
        AwaitAssert(() => Assert.Throws<ObjectDisposedException>(() => buffer.Values));
    }

    [Fact]
    public void Evaluation_of_a_durable_round_goes_on_until_it_is_delivered()
    {
        var client = Client("");
        client.Tell(Committed(1));
        client.Tell(Evaluate(round: 1));
        var compute = _trainers.ExpectMsg<ComputeTask>();
        client.Tell(Committed(2));
        compute.ReplyTo.Tell(new Computed(TaskResult.Failed(compute.Task.Id, "x", permanent: false)));
        var report = Network.ExpectMsg<ReportCall>();
        client.Tell(Committed(3));
        AwaitHandled(client);

        report.Reply.Give(Accepted);

        ExpectMsg<TaskSettled>();
        client.Tell(Committed(4));
        client.Tell(Reattached.Instance);
        AwaitHandled(client);
        Assert.False(Network.HasMessages);
    }

    [Fact]
    public void Parameters_that_cannot_be_had_fail_the_task_for_now()
    {
        var cache = CreateTestProbe();
        var client = ChildActorOf(ClientActor.Props("a", _run with { Parameters = cache }));
        client.Tell(Train());
        cache.ExpectMsg<GetParameters>();

        cache.Reply(new ParametersFailed("The parameters could not be fetched."));

        var failure = Network.ExpectMsg<ReportCall>().Report.Failure;
        Assert.Equal("The parameters could not be fetched.", failure.Reason);
        Assert.False(failure.Permanent);
    }

    private static AssignTask ClientEvaluation() =>
        new() { Id = new TaskId { Run = Run, Round = 1, Attempt = 1, Client = "a", Kind = TaskKind.Evaluate }, Parameters = GlobalRef };

    private IActorRef Client(string name) => ChildActorOf(ClientActor.Props(name, _run));

    private UpdateBuffer Deliver(IActorRef client, AssignTask task)
    {
        client.Tell(task);
        var buffer = Finish(_trainers.ExpectMsg<ComputeTask>());
        AnswerUpload();
        Assert.Equal(task.Id, ExpectMsg<TaskSettled>().Id);
        return buffer;
    }

    private static UpdateBuffer Finish(ComputeTask compute)
    {
        var buffer = new UpdateBuffer(4);
        buffer.Values.Span.Fill(1f);
        compute.ReplyTo.Tell(new Computed(new UploadResult(new UploadHeader { Id = compute.Task.Id }, buffer.Values, buffer)));
        return buffer;
    }
}
