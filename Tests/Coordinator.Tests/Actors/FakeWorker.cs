using Akka.Actor;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>A worker that answers each task at once with what a script says, as the services would pass it on.</summary>
internal sealed class FakeWorker : ReceiveActor
{
    public FakeWorker(Hello hello, IActorRef runs, Func<AssignTask, object?> script, IActorRef log)
    {
        Receive<OpenRun>(open => log.Tell(open));
        Receive<AssignTask>(task =>
        {
            Sender.Tell(new TaskAccepted { Id = task.Id });
            log.Tell(task);
            if (script(task) is { } offer) runs.Tell(offer);
        });
        ReceiveAny(message => log.Tell(message));
        runs.Tell(hello);
    }
}
