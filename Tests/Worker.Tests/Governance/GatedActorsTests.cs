using System.Collections.Concurrent;
using Akka.Actor;
using Federated.Core;
using Federated.Core.Jobs;
using Federated.Engine;
using Federated.V1;
using Federated.Worker.Actors;
using Federated.Worker.Governance;
using Federated.Worker.Governance.Records;
using Federated.Worker.State;
using Federated.Worker.Tasks;
using Federated.Worker.Tests.Fakes;
using Google.Protobuf;

namespace Federated.Worker.Tests.Governance;

/// <summary>What a worker's actors do where the gate says no.</summary>
public sealed class GatedActorsTests : WorkerTestKit
{
    public GatedActorsTests() => IgnoreMessages(message => message is TaskDropped);

    [Fact]
    public void Run_that_is_not_admitted_fails_every_task_here_alone_and_is_not_opened()
    {
        var run = Open(new FakeGate { Admission = new EngineException("This worker's policy does not allow the job: no.") { OnlyHere = true } });
        run.Tell(Initialise());
        run.Tell(Train());

        TaskReport[] reports = [Network.ExpectMsg<ReportCall>().Report, Network.ExpectMsg<ReportCall>().Report];
        Assert.Equal([TaskKind.Initialise, TaskKind.Train], reports.Select(report => report.Id.Kind).Order());
        Assert.All(reports, report => Assert.Equal(new TaskFailure { Reason = "This worker's policy does not allow the job: no.", OnlyHere = true }, report.Failure));
        Assert.False(Training.HasMessages);
    }

    [Fact]
    public void Task_that_is_refused_is_told_and_not_computed()
    {
        var trainers = CreateTestProbe("trainers");
        var run = Open(new FakeGate { TaskRefusal = "Client 'a' is not offered." }, trainers);
        Training.ExpectMsg<RunOpened>();
        run.Tell(Train());

        Assert.Equal(new TaskFailure { Reason = "Client 'a' is not offered.", OnlyHere = true }, Network.ExpectMsg<ReportCall>().Report.Failure);
        Assert.False(trainers.HasMessages);
    }

    [Fact]
    public void Of_a_result_that_may_not_leave_the_coordinator_gets_the_reason()
    {
        var buffer = new UpdateBuffer(3);
        EventFilter.Warning(contains: "does not leave: The budget is spent.").ExpectOne(() =>
        {
            Deliver(new UploadResult(new UploadHeader { Id = Train().Id }, buffer.Values, buffer));
            Network.ExpectMsg<UploadCall>().Reply.Fail(new DepartureRefusedException("The budget is spent."));
        });

        var call = Network.ExpectMsg<ReportCall>();
        Assert.Equal(new TaskFailure { Reason = "The budget is spent.", OnlyHere = true }, call.Report.Failure);
        Assert.Throws<ObjectDisposedException>(() => buffer.Values);
        call.Reply.Give(Accepted);
        Assert.Equal(new TaskSettled(Train().Id) { Counted = true }, ExpectMsg<TaskSettled>());
    }

    [Fact]
    public void Client_that_may_not_mask_with_so_few_tells_the_coordinator_which_does_not_wait_for_it()
    {
        var job = new JobSpec { Federation = new() { Cohort = new() { Minimum = 3 } }, Privacy = new() { SecureAggregation = new() { Enabled = true } } };
        var plain = new UpdateBuffer(4);
        var run = new RunScope(Run, Scope(new FakeEngine()), new SharedRunEngine(job, new FakeEngine()), ActorRefs.Nobody, ActorRefs.Nobody, new ClientStateStore(Run, StateDir));
        Sys.ActorOf(MaskingActor.Props(new(new UploadHeader { Id = Train().Id }, plain.Values, plain), ByteString.Empty, cohort: 3, run, TestActor));
        var stream = Network.ExpectMsg<FakeMaskingStream>();
        Assert.NotNull(Network.ExpectMsg<MaskingSaid>().Answer.Advertisement);

        EventFilter.Warning(contains: "takes no further part in its round: 3 clients are too few.").ExpectOne(() =>
        {
            stream.Fail(new DepartureRefusedException("3 clients are too few."));
            Assert.Equal(new() { Quit = new() { Reason = "3 clients are too few." } }, Network.ExpectMsg<MaskingSaid>().Answer);
        });

        stream.Give(new() { Over = new() { Refused = Refusal.RoundClosed } });
        Assert.Equal(new TaskSettled(Train().Id), ExpectMsg<TaskSettled>());
    }

    [Fact]
    public void Result_that_cannot_be_written_down_is_warned_of_and_tried_again()
    {
        IActorRef? delivery = null;
        EventFilter.Warning(contains: "The disk is full.").ExpectOne(() =>
        {
            delivery = Deliver(TaskResult.Failed(Train().Id, "It broke.", permanent: false));
            Network.ExpectMsg<ReportCall>().Reply.Fail(new RecordException("The disk is full.", new IOException()));
        });
        AwaitHandled(delivery!);

        Advance(0.2);

        Network.ExpectMsg<ReportCall>().Reply.Give(Accepted);
        ExpectMsg<TaskSettled>();
    }

    [Fact]
    public void Hello_leaves_when_it_is_written_down_and_says_what_it_tells()
    {
        var (coordinator, written) = (CreateTestProbe("coordinator"), new TaskCompletionSource());
        var asked = new ConcurrentQueue<(Departure Departure, string To)>();
        var worker = Start(new FakeGate
        {
            LetGo = (departure, to) =>
            {
                asked.Enqueue((departure, to));
                return written.Task;
            },
        }, coordinator);
        AwaitHandled(worker);
        Assert.False(coordinator.HasMessages);
        var (hello, to) = Assert.Single(asked);
        Assert.Equal((DepartureKind.Hello, "a", "seed:5601"), (hello.Kind, hello.Note, to));
        Assert.Equal(["name", "clients"], hello.Told.Values.ToArray());

        written.SetResult();

        Assert.Equal(["a"], coordinator.ExpectMsg<Hello>().Clients);
    }

    [Fact]
    public void Hello_that_cannot_be_written_down_is_held_back_and_tried_again()
    {
        var (coordinator, tries) = (CreateTestProbe("coordinator"), 0);
        EventFilter.Warning(contains: "held back: The disk is full.").ExpectOne(() =>
        {
            var worker = Start(new FakeGate { LetGo = (_, _) => tries++ == 0 ? Task.FromException(new RecordException("The disk is full.", new IOException())) : Task.CompletedTask }, coordinator);
            AwaitHandled(worker);
        });
        Assert.False(coordinator.HasMessages);

        Advance(0.25);

        coordinator.ExpectMsg<Hello>();
    }

    [Fact]
    public async Task Coordinator_that_the_policy_does_not_allow_gets_nothing_and_ends_the_worker()
    {
        var (coordinator, status) = (CreateTestProbe("coordinator"), new WorkerStatus());
        var worker = Start(new FakeGate { CoordinatorRefusal = "'bad' may not be this worker's coordinator." }, coordinator, status);
        var hello = coordinator.ExpectMsg<Hello>();

        EventFilter.Error(contains: "'bad' may not be this worker's coordinator.").ExpectOne(() =>
            worker.Tell(new Welcome { Session = hello.Session, TransferAddress = "http://bad:5600" }, coordinator));

        Assert.Equal(ExitCodes.Failure, await status.Ending.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.False(status.Attached.IsCompleted);
    }

    private IActorRef Open(FakeGate gate, IActorRef? trainers = null) => ChildActorOf(
        RunContextActor.Props(new OpenRun { Run = Run, JobYaml = "job" }, Scope(new FakeEngine(Training)) with { Gate = gate }, trainers ?? CreateTestProbe()));

    private IActorRef Deliver(TaskResult result) => Sys.ActorOf(DeliveryActor.Props(result, ByteString.Empty, Transfer, Timings, TestActor));

    private IActorRef Start(FakeGate gate, IActorRef coordinator, WorkerStatus? status = null)
    {
        var scope = new WorkerScope(Options with { Seeds = ["seed:5601"] }, new FakeEngine(Training), _ => new(), Transfer, Timings, TimeProvider.System) { Gate = gate };
        return Sys.ActorOf(WorkerActor.Props(scope, coordinator, status ?? new WorkerStatus()));
    }
}
