using Akka.Actor;
using Akka.Cluster;

namespace Federated.Coordinator.Actors;

/// <summary>Tells its parent what failure detection says of other nodes. It knows seconds before a node is removed, and work need not wait so long.</summary>
internal sealed class ReachabilityActor : ReceiveActor
{
    private readonly Cluster _cluster = Cluster.Get(Context.System);

    public ReachabilityActor()
    {
        Receive<ClusterEvent.UnreachableMember>(seen => Context.Parent.Tell(new NodeUnreachable(seen.Member.Address)));
        Receive<ClusterEvent.ReachableMember>(seen => Context.Parent.Tell(new NodeReachable(seen.Member.Address)));
        Receive<ClusterEvent.MemberRemoved>(seen => Context.Parent.Tell(new NodeUnreachable(seen.Member.Address)));
    }

    public static Props Props() => Akka.Actor.Props.Create(() => new ReachabilityActor());

    /// <summary>False in a system that is no cluster node.</summary>
    public static bool IsPossible(ActorSystem system) => system is ExtendedActorSystem { Provider: IClusterActorRefProvider };

    protected override void PreStart() => _cluster.Subscribe(
        Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IReachabilityEvent), typeof(ClusterEvent.MemberRemoved));

    protected override void PostStop() => _cluster.Unsubscribe(Self);
}
