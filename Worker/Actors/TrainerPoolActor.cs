using Akka.Actor;

namespace Federated.Worker.Actors;

/// <summary>The worker's trainers, one a slot, on threads of their own. Work waits here in order of arrival; a trainer has at most one
/// task.</summary>
internal sealed class TrainerPoolActor : ReceiveActor
{
    /// <summary>Name of the trainers' dispatcher in the configuration.</summary>
    public const string Dispatcher = "federated.trainers";

    private readonly Queue<ComputeTask> _waiting = new();
    private readonly Queue<IActorRef> _free = new();

    public TrainerPoolActor(int slots, TimeProvider time)
    {
        var trainer = Akka.Actor.Props.Create(() => new TrainerActor(time)).WithDispatcher(Dispatcher);
        for (var i = 0; i < slots; i++) _free.Enqueue(Context.ActorOf(trainer, $"trainer-{i}"));
        Receive<ComputeTask>(work =>
        {
            _waiting.Enqueue(work);
            HandOut();
        });
        Receive<TrainerFree>(_ =>
        {
            _free.Enqueue(Sender);
            HandOut();
        });
    }

    public static Props Props(int slots, TimeProvider time) => Akka.Actor.Props.Create(() => new TrainerPoolActor(slots, time));

    /// <summary>The dispatcher with as many threads as slots: training blocks its thread for seconds, so it may not share one with other
    /// actors.</summary>
    public static string Hocon(int slots) => $$"""
        federated.trainers {
          type = ForkJoinDispatcher
          throughput = 1
          dedicated-thread-pool {
            thread-count = {{slots}}
            threadtype = background
          }
        }
        """;

    private void HandOut()
    {
        while (_free.Count > 0 && _waiting.TryDequeue(out var work))
        {
            // Its task has gone already; nobody waits for an answer.
            if (!work.Cancellation.IsCancellationRequested) _free.Dequeue().Tell(work);
        }
    }
}
