using Akka.Actor;
using Akka.TestKit;
using Federated.Core;
using Federated.V1;
using Federated.Wire;
using Federated.Worker.Actors;
using Federated.Worker.Tests.Fakes;

namespace Federated.Worker.Tests.Actors;

/// <summary>Every message in every state. One probe is singleton and session at once, so that the order of what the worker says is seen.</summary>
public sealed class WorkerActorTests : WorkerTestKit
{
    private const string Address = "http://127.0.0.1:5600";

    private readonly TestProbe _coordinator;
    private readonly WorkerStatus _status = new();
    private readonly IActorRef _worker;
    private readonly Hello _hello;

    public WorkerActorTests()
    {
        Options = Options with { Seeds = ["seed:5601"], CoordinatorTimeout = TimeSpan.FromMinutes(5) };
        _coordinator = CreateTestProbe("coordinator");
        _worker = Sys.ActorOf(WorkerActor.Props(Scope(new FakeEngine(Training)), _coordinator, _status));
        _hello = _coordinator.ExpectMsg<Hello>();
    }

    [Fact]
    public void Hello_says_who_the_worker_is_and_what_it_offers()
    {
        Assert.Equal("w1", _hello.Worker);
        Assert.Equal(ProtocolVersion.Current, _hello.Protocol);
        Assert.Equal(2u, _hello.Slots);
        Assert.Equal(["a"], _hello.Clients);
        Assert.NotEmpty(_hello.Session);
    }

    [Fact]
    public void Connecting_repeats_hello_with_growing_delays()
    {
        foreach (var delay in (double[])[1, 2, 4, 4])
        {
            Advance(delay - 0.001);
            AwaitHandled(_worker);
            Assert.False(_coordinator.HasMessages);
            Advance(0.001);
            Assert.Equal(_hello, _coordinator.ExpectMsg<Hello>());
        }
    }

    [Fact]
    public void Connecting_says_every_ten_seconds_where_it_looks()
    {
        for (var i = 0; i < 2; i++) EventFilter.Warning(contains: "Still looking for a coordinator at seed:5601").ExpectOne(() => Advance(10));
    }

    [Fact]
    public void Connecting_gives_up_after_the_configured_time()
    {
        EventFilter.Error(contains: "No coordinator answered at seed:5601 within 300 s").ExpectOne(() => Advance(300));

        Assert.Equal(ExitCodes.CoordinatorUnreachable, EndedWith());
    }

    [Fact]
    public void Welcome_attaches_and_ends_the_hellos()
    {
        Attach();

        Advance(600);

        AssertAttached();
        Assert.True(_status.Attached.IsCompletedSuccessfully);
        Assert.False(_status.Ending.IsCompleted);
    }

    [Fact]
    public void Connecting_ignores_a_welcome_of_another_session()
    {
        Tell(new Welcome { Session = "other", TransferAddress = Address });
        Tell(Train());
        AwaitHandled(_worker);

        Assert.False(_coordinator.HasMessages);
        Assert.False(_status.Attached.IsCompleted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost:5600")]
    [InlineData("file:///etc/passwd")]
    public void Connecting_refuses_a_transfer_address_that_is_no_url(string address)
    {
        EventFilter.Error(contains: "transfer address").ExpectOne(() => Tell(new Welcome { Session = _hello.Session, TransferAddress = address }));

        Advance(1);
        _coordinator.ExpectMsg<Hello>();
    }

    [Theory]
    [InlineData(Refusal.WrongVersion, ExitCodes.VersionMismatch)]
    [InlineData(Refusal.Malformed, ExitCodes.Failure)]
    public void Refusal_ends_the_worker_with_one_line(Refusal reason, int exitCode)
    {
        EventFilter.Error(contains: "The coordinator speaks version 2.").ExpectOne(() =>
            Tell(new Refused { Session = _hello.Session, Reason = reason, Detail = "The coordinator speaks version 2." }));

        Assert.Equal(exitCode, EndedWith());
        Advance(600);
        AwaitHandled(_worker);
        Assert.False(_coordinator.HasMessages);
    }

    [Fact]
    public void Connecting_goes_on_after_a_refusal_by_a_passive_node_or_of_another_session()
    {
        Tell(new Refused { Session = _hello.Session, Reason = Refusal.NotActive });
        Tell(new Refused { Session = "other", Reason = Refusal.WrongVersion });
        Advance(1);

        _coordinator.ExpectMsg<Hello>();
        Assert.False(_status.Ending.IsCompleted);
    }

    [Fact]
    public void Connecting_does_not_take_tasks_or_other_messages_of_a_session()
    {
        foreach (var message in (object[])[new OpenRun { Run = Run }, Train(), Cancel(Train()), Committed(1), new CloseRun { Run = Run }]) Tell(message);
        AwaitHandled(_worker);

        Assert.False(_coordinator.HasMessages);
        Assert.False(Training.HasMessages);
    }

    [Fact]
    public void Connecting_that_is_told_to_drain_ends_at_once()
    {
        Tell(Drain.Instance);

        Assert.Equal(ExitCodes.Success, EndedWith());
    }

    [Fact]
    public void Attached_accepts_every_assignment_and_does_it_once()
    {
        Attach();
        Open();
        Tell(Train());
        Tell(Train());
        Assert.Equal(Train().Id, _coordinator.ExpectMsg<TaskAccepted>().Id);
        Assert.Equal(Train().Id, _coordinator.ExpectMsg<TaskAccepted>().Id);
        AnswerDownload();
        Training.ExpectMsg<TrainCall>().Finish();

        var upload = Network.ExpectMsg<UploadCall>();

        Assert.Equal([11f, 21f, 31f, 41f], upload.Values);
        Assert.Equal(Address, upload.Address);
        Assert.False(Training.HasMessages);
    }

    [Fact]
    public void Attached_opens_a_run_once()
    {
        Attach();
        Open();
        Tell(new OpenRun { Run = Run, JobYaml = "job" });
        AssertAttached();

        Assert.False(Training.HasMessages);
    }

    [Fact]
    public void Attached_ignores_runs_and_tasks_that_break_the_contract()
    {
        Attach();

        EventFilter.Warning(contains: "no run").ExpectOne(() => Tell(new OpenRun { Run = "Run/1" }));
        EventFilter.Warning(contains: "no task").ExpectOne(() => Tell(new AssignTask()));

        AssertAttached();
        Assert.False(Training.HasMessages);
    }

    [Fact]
    public void Attached_reports_tasks_of_a_run_that_is_not_open_until_it_is_opened()
    {
        Attach();
        Tell(Train());
        _coordinator.ExpectMsg<TaskAccepted>();
        Assert.Contains("not open", Network.ExpectMsg<ReportCall>().Report.Failure.Reason);

        Open();
        Tell(Train());

        AnswerDownload();
        Training.ExpectMsg<TrainCall>();
    }

    [Fact]
    public void Attached_cancels_a_running_task()
    {
        Attach();
        Open();
        var running = StartTraining();

        Tell(Cancel(Train()));
        Tell(Train(client: "b"));

        // Both slots are free again only if the first was left.
        AnswerAcceptedTraining("b");
        Tell(Train(attempt: 2));
        AnswerAcceptedTraining("a");
        Assert.Equal("a", running.Client);
    }

    [Fact]
    public void Attached_drops_kept_updates_of_a_committed_round()
    {
        Attach();
        Open();
        StartTraining().Finish();
        AnswerUpload();

        Tell(Committed(1));
        Tell(Train());

        AssertAttached(acceptedBefore: 1);
        Assert.False(Network.HasMessages);
    }

    [Fact]
    public void Attached_closes_a_run_and_everything_in_it()
    {
        Attach();
        Open();
        StartTraining();

        Tell(new CloseRun { Run = Run });

        Training.ExpectMsg<RunDisposed>();
        Tell(Drain.Instance);
        Assert.Equal(ExitCodes.Success, EndedWith());
    }

    [Fact]
    public void Attached_ignores_the_same_welcome_and_late_refusals()
    {
        Attach();

        Attach();
        Tell(new Refused { Session = _hello.Session, Reason = Refusal.WrongVersion });

        AssertAttached();
        Assert.False(_status.Ending.IsCompleted);
    }

    [Fact]
    public void Attached_that_lost_its_session_says_hello_again_with_the_same_session_id_and_sends_kept_updates_to_the_new_address()
    {
        var session = CreateTestProbe();
        Attach(session);
        Open();
        StartTraining(session).Finish();
        AnswerUpload();
        Sys.Stop(session);
        Assert.Equal(_hello.Session, _coordinator.ExpectMsg<Hello>().Session);

        Attach(address: "http://127.0.0.1:9");

        Assert.Equal("http://127.0.0.1:9", Network.ExpectMsg<UploadCall>().Address);
        AssertAttached();
    }

    [Fact]
    public void Task_that_runs_while_the_session_is_lost_is_uploaded_to_its_successor()
    {
        var session = CreateTestProbe();
        Attach(session);
        Open();
        var running = StartTraining(session);
        Sys.Stop(session);
        _coordinator.ExpectMsg<Hello>();
        Attach(address: "http://127.0.0.1:9");
        AssertAttached();

        running.Finish();

        Assert.Equal("http://127.0.0.1:9", Network.ExpectMsg<UploadCall>().Address);
    }

    [Fact]
    public void Attached_follows_a_welcome_of_a_new_session_actor_and_forgets_the_old_one()
    {
        var session = CreateTestProbe();
        Attach(session);
        Attach();
        AwaitHandled(_worker);
        Sys.Stop(session);

        AssertAttached();
        Assert.False(session.HasMessages);
    }

    [Fact]
    public void Draining_tells_the_session_and_ends_at_once_without_tasks()
    {
        Attach();

        Tell(Drain.Instance);

        Assert.Equal(_hello.Session, _coordinator.ExpectMsg<Draining>().Session);
        Assert.Equal(ExitCodes.Success, EndedWith());
    }

    [Fact]
    public void Draining_finishes_and_delivers_the_running_task_and_takes_no_other()
    {
        var running = StartDraining();
        Tell(Train(client: "b"));
        Tell(new OpenRun { Run = "run-2", JobYaml = "job" });
        Tell(new Welcome { Session = _hello.Session, TransferAddress = Address });
        Tell(new Refused { Session = _hello.Session, Reason = Refusal.WrongVersion });
        Tell(Drain.Instance);
        running.Finish();
        var upload = Network.ExpectMsg<UploadCall>();
        AwaitHandled(_worker);
        Assert.False(_status.Ending.IsCompleted);

        upload.Reply.Give(Accepted);

        Assert.Equal(ExitCodes.Success, EndedWith());
        Assert.False(_coordinator.HasMessages);
        Assert.False(Training.HasMessages);
    }

    [Fact]
    public void Draining_ends_when_its_last_task_is_cancelled()
    {
        StartDraining();

        Tell(Cancel(Train()));

        Assert.Equal(ExitCodes.Success, EndedWith());
    }

    [Fact]
    public void Draining_ends_when_its_last_run_is_closed()
    {
        StartDraining();

        Tell(new CloseRun { Run = Run });

        Assert.Equal(ExitCodes.Success, EndedWith());
    }

    [Fact]
    public void Draining_ends_when_the_round_of_its_last_task_is_durable_without_it()
    {
        StartDraining();

        Tell(Committed(1));

        Assert.Equal(ExitCodes.Success, EndedWith());
    }

    [Fact]
    public void Draining_gives_tasks_up_after_its_limit()
    {
        StartDraining();

        EventFilter.Warning(contains: "1 tasks were still running after 30 s").ExpectOne(() => Advance(30));

        Assert.Equal(ExitCodes.Success, EndedWith());
    }

    [Fact]
    public void Draining_ends_when_nobody_is_left_to_take_results()
    {
        var session = CreateTestProbe();
        Attach(session);
        Open();
        StartTraining(session);
        Tell(Drain.Instance);
        session.ExpectMsg<Draining>();

        Sys.Stop(session);

        Assert.Equal(ExitCodes.Success, EndedWith());
    }

    private void Tell(object message) => _worker.Tell(message, _coordinator);

    private void Attach(TestProbe? session = null, string address = Address) =>
        _worker.Tell(new Welcome { Session = _hello.Session, TransferAddress = address }, session ?? _coordinator);

    private void Open()
    {
        Tell(new OpenRun { Run = Run, JobYaml = "job" });
        Training.ExpectMsg<RunOpened>();
    }

    private TrainCall StartTraining(TestProbe? session = null)
    {
        Tell(Train());
        Assert.Equal(Train().Id, (session ?? _coordinator).ExpectMsg<TaskAccepted>().Id);
        AnswerDownload();
        return Training.ExpectMsg<TrainCall>();
    }

    private void AnswerAcceptedTraining(string client)
    {
        Assert.Equal(client, _coordinator.ExpectMsg<TaskAccepted>().Id.Client);
        Assert.Equal(client, Training.ExpectMsg<TrainCall>().Client);
    }

    private TrainCall StartDraining()
    {
        Attach();
        Open();
        var running = StartTraining();
        Tell(Drain.Instance);
        _coordinator.ExpectMsg<Draining>();
        return running;
    }

    /// <summary>An attached worker accepts a task, and has said nothing else before.</summary>
    private void AssertAttached(int acceptedBefore = 0)
    {
        var probe = new AssignTask { Id = new TaskId { Run = "unopened", Round = 1, Attempt = 1, Client = "z", Kind = TaskKind.Train } };
        Tell(probe);
        for (var i = 0; i < acceptedBefore; i++) _coordinator.ExpectMsg<TaskAccepted>();
        Assert.Equal(probe.Id, _coordinator.ExpectMsg<TaskAccepted>().Id);
        Network.FishForMessage(message => message is ReportCall report && report.Report.Id.Equals(probe.Id));
    }

    private int EndedWith()
    {
        AwaitCondition(() => _status.Ending.IsCompleted);
        return _status.Ending.GetAwaiter().GetResult();
    }
}
