using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Akka.Remote;
using Federated.Core;
using ClusterSettings = Federated.Wire.Cluster.ClusterSettings;

namespace Federated.Worker.Actors;

/// <summary>Ends the worker as downed when its cluster is of no more use to it: it has been without a coordinator, or with one that is lost and not
/// replaced, for
/// too long, or another node no longer talks to this one. A worker that has not joined yet is left to look.</summary>
internal sealed class ClusterWatchActor : ReceiveActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly TimeSpan _patience;
    private readonly WorkerStatus _status;
    private CoordinatorsInSight _sight = CoordinatorsInSight.Nobody;
    private bool _hasJoined;

    public ClusterWatchActor(TimeSpan patience, WorkerStatus status)
    {
        (_patience, _status) = (patience, status);
        Receive<ClusterEvent.MemberRemoved>(seen => See(_sight.Gone(seen.Member.UniqueAddress)));
        Receive<ClusterEvent.MemberDowned>(seen => See(_sight.Gone(seen.Member.UniqueAddress)));
        Receive<ClusterEvent.IMemberEvent>(seen =>
        {
            if (seen.Member.HasRole(ClusterSettings.CoordinatorRole)) See(_sight.Joined(seen.Member.UniqueAddress));
        });
        Receive<ClusterEvent.UnreachableMember>(seen => See(_sight.Lost(seen.Member.UniqueAddress)));
        Receive<ClusterEvent.ReachableMember>(seen => See(_sight.Found(seen.Member.UniqueAddress)));
        Receive<GiveUp>(_ => End(_sight.Any
            ? $"A coordinator of this worker's cluster could not be reached for {_patience.TotalSeconds} s, and no other one knows this worker."
            : $"No coordinator of this worker's cluster could be reached for {_patience.TotalSeconds} s."));
        Receive<ThisActorSystemQuarantinedEvent>(told =>
            End($"Node {told.RemoteAddress.Host}:{told.RemoteAddress.Port} has removed this worker from the cluster."));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(TimeSpan patience, WorkerStatus status) => Akka.Actor.Props.Create(() => new ClusterWatchActor(patience, status));

    protected override void PreStart()
    {
        _cluster.Subscribe(
            Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
        Context.System.EventStream.Subscribe(Self, typeof(ThisActorSystemQuarantinedEvent));
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        Context.System.EventStream.Unsubscribe(Self);
    }

    private void See(CoordinatorsInSight next)
    {
        _sight = next;
        _hasJoined |= next.Any;
        if (next.All) Timers.Cancel(GiveUp.Instance);
        else if (_hasJoined && !Timers.IsTimerActive(GiveUp.Instance)) Timers.StartSingleTimer(GiveUp.Instance, GiveUp.Instance, _patience);
    }

    private void End(string reason)
    {
        _log.Error(reason);
        _status.End(ExitCodes.NodeDowned);
        // Once is enough: a quarantine is told for every message that is turned away.
        Timers.CancelAll();
        Become(Ending);
    }

    private void Ending() => ReceiveAny(_ => { });

    private sealed class GiveUp
    {
        public static readonly GiveUp Instance = new();
    }
}
