using Akka.Actor;

namespace Federated.Coordinator.Grpc;

/// <summary>The services' way to RunsActor. Thread-safe; keeps nothing.</summary>
/// <param name="find">Finds the actor on this node; throws <see cref="NotActiveException"/> when it is not here. Asked for every call, since the actor
/// moves between nodes. Another node's would not do: channels and buffers travel in the messages, and both exist in this process only.</param>
/// <param name="timeout">How long an answer may take.</param>
/// <param name="active">Knows where the actor is when it is not here.</param>
internal sealed class RunsGate(Func<CancellationToken, Task<IActorRef>> find, TimeSpan timeout, ActiveNode active)
{
    /// <summary>A way to the actor for the length of one call.</summary>
    /// <exception cref="NotActiveException">It is not on this node.</exception>
    public async Task<RunsLink> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new(await find(cancellationToken), timeout);
        }
        catch (NotActiveException)
        {
            throw new NotActiveException(await active.FindAsync(cancellationToken));
        }
    }

    /// <summary>The path of the singleton's place under its manager.</summary>
    public static string LocalPath(string singleton) => $"/user/{singleton}/{singleton}";

    /// <summary>The singleton on this very node.</summary>
    public static async Task<IActorRef> FindLocalAsync(ActorSystem system, string singleton, CancellationToken cancellationToken)
    {
        try
        {
            return await system.ActorSelection(LocalPath(singleton)).ResolveOne(TimeSpan.FromSeconds(5), cancellationToken);
        }
        catch (ActorNotFoundException)
        {
            throw new NotActiveException();
        }
    }
}

/// <summary>RunsActor, as one call sees it.</summary>
internal sealed record RunsLink(IActorRef Actor, TimeSpan Timeout)
{
    /// <exception cref="AskTimeoutException">No answer in time.</exception>
    public Task<T> AskAsync<T>(object message, CancellationToken cancellationToken) => Actor.Ask<T>(message, Timeout, cancellationToken);

    public void Tell(object message) => Actor.Tell(message, ActorRefs.NoSender);
}
