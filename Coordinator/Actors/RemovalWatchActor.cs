using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Akka.Remote;
using ClusterSettings = Federated.Wire.Cluster.ClusterSettings;

namespace Federated.Coordinator.Actors;

/// <summary>Ends this node when another coordinator has removed it and says so: a node that was asleep in the meantime would otherwise go on, alone,
/// as if it were
/// the active one, until it tries to commit. What workers say does not count.</summary>
internal sealed class RemovalWatchActor : ReceiveActor
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly HashSet<Address> _coordinators = [];

    public RemovalWatchActor()
    {
        // Also of members that are gone: this node may have removed the other one, too, before it hears of it.
        Receive<ClusterEvent.IMemberEvent>(seen =>
        {
            if (seen.Member.HasRole(ClusterSettings.CoordinatorRole)) _coordinators.Add(seen.Member.Address);
        });
        Receive<ThisActorSystemQuarantinedEvent>(told =>
        {
            if (!_coordinators.Contains(told.RemoteAddress)) return;
            _log.Warning("The coordinator at {0}:{1} has removed this one from the cluster.", told.RemoteAddress.Host, told.RemoteAddress.Port);
            // Not a leave: nobody may be left to agree to it.
            _cluster.Down(_cluster.SelfAddress);
            // Once is enough: it is told for every message that is turned away.
            Become(Ending);
        });
    }

    private void Ending() => ReceiveAny(_ => { });

    public static Props Props() => Akka.Actor.Props.Create(() => new RemovalWatchActor());

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));
        Context.System.EventStream.Subscribe(Self, typeof(ThisActorSystemQuarantinedEvent));
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        Context.System.EventStream.Unsubscribe(Self);
    }
}
