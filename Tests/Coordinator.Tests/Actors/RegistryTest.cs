using Akka.Actor;
using Akka.TestKit;
using Federated.Coordinator.Actors;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>A registry with a run, for workers that are probes.</summary>
public abstract class RegistryTest : ActorTest
{
    protected RegistryTest()
    {
        Registry = Sys.ActorOf(ClientRegistryActor.Props(Settings));
        Run = CreateTestProbe();
        Registry.Tell(new OpenRunWork("r", "job: yaml"));
    }

    private protected IActorRef Registry { get; }

    private protected TestProbe Run { get; }

    private protected IActorRef Attach(TestProbe worker, Hello hello)
    {
        Registry.Tell(hello, worker);
        Assert.Equal(("http://127.0.0.1:1", hello.Session), worker.ExpectMsg<Welcome>() is var welcome ? (welcome.TransferAddress, welcome.Session) : default);
        return worker.LastSender;
    }

    private protected void Submit(params PlannedTask[] tasks) => Registry.Tell(new SubmitWork([.. tasks.Select(task => new TaskOrder(task))]), Run);

    private protected static PlannedTask Train(string client) => new(new("r", TaskPurpose.Train, 1, 1, client), 1);
}
