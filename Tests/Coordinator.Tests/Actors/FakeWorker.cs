using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.V1;
using Google.Protobuf;

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
            if (script(task) is { } offer) runs.Tell(Showing(task.Ticket, offer));
        });
        ReceiveAny(message => log.Tell(message));
        runs.Tell(hello);
    }

    /// <summary>A result with the ticket of its task.</summary>
    public static object Showing(ByteString ticket, object offer)
    {
        if (offer is OfferUpdate update) update.Header.Ticket = ticket;
        if (offer is OfferInitialised initialised) initialised.Header.Ticket = ticket;
        if (offer is OfferReport report) report.Report.Ticket = ticket;
        return offer;
    }
}
