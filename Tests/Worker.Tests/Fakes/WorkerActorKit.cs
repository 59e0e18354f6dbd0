using Akka.Actor;
using Akka.TestKit;
using Federated.V1;
using Federated.Worker.Actors;

namespace Federated.Worker.Tests.Fakes;

/// <summary>A worker's actor that has said Hello. One probe is singleton and session at once, so that the order of what the worker says is
/// seen.</summary>
public abstract class WorkerActorKit : WorkerTestKit
{
    private protected const string Address = "http://127.0.0.1:5600";

    private protected TestProbe Coordinator { get; }

    private protected WorkerStatus Status { get; } = new();

    private protected IActorRef Worker { get; }

    private protected Hello Hello { get; }

    private protected WorkerActorKit()
    {
        Options = Options with { Seeds = ["seed:5601"], CoordinatorTimeout = TimeSpan.FromMinutes(5) };
        Coordinator = CreateTestProbe("coordinator");
        Worker = Sys.ActorOf(WorkerActor.Props(Scope(new FakeEngine(Training)), Coordinator, Status));
        Hello = Coordinator.ExpectMsg<Hello>();
    }

    private protected void Tell(object message) => Worker.Tell(message, Coordinator);

    private protected void Attach(TestProbe? session = null, string address = Address) =>
        Worker.Tell(new Welcome { Session = Hello.Session, TransferAddress = address }, session ?? Coordinator);

    private protected void Open()
    {
        Tell(new OpenRun { Run = Run, JobYaml = "job" });
        Training.ExpectMsg<RunOpened>();
    }

    private protected TrainCall StartTraining(TestProbe? session = null)
    {
        Tell(Train());
        Assert.Equal(Train().Id, (session ?? Coordinator).ExpectMsg<TaskAccepted>().Id);
        AnswerDownload();
        return Training.ExpectMsg<TrainCall>();
    }

    private protected void AnswerAcceptedTraining(string client)
    {
        Assert.Equal(client, Coordinator.ExpectMsg<TaskAccepted>().Id.Client);
        Assert.Equal(client, Training.ExpectMsg<TrainCall>().Client);
    }

    private protected TrainCall StartDraining()
    {
        Attach();
        Open();
        var running = StartTraining();
        Tell(Drain.Instance);
        Coordinator.ExpectMsg<Draining>();
        return running;
    }

    /// <summary>An attached worker accepts a task, and has said nothing else before.</summary>
    private protected void AssertAttached(int acceptedBefore = 0)
    {
        var probe = Train();
        probe.Id.Run = "probe";
        Tell(new OpenRun { Run = "probe", JobYaml = "broken" });
        Tell(probe);
        for (var i = 0; i < acceptedBefore; i++) Coordinator.ExpectMsg<TaskAccepted>();
        Assert.Equal(probe.Id, Coordinator.ExpectMsg<TaskAccepted>().Id);
        Assert.Equal(probe.Id, Network.ExpectMsg<ReportCall>().Report.Id);
    }

    private protected int EndedWith()
    {
        AwaitCondition(() => Status.Ending.IsCompleted);
        return Status.Ending.GetAwaiter().GetResult();
    }
}
