using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Federated.Wire.Cluster;

/// <summary>Removes from the cluster, in a coordinator's name, what has been unreachable for too long. Every decision is
/// <see cref="UnreachableNodes"/>'.</summary>
internal sealed class DowningActor : ReceiveActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly AkkaCluster _cluster = AkkaCluster.Get(Context.System);
    private readonly IScheduler _scheduler = Context.System.Scheduler;
    private UnreachableNodes _unreachable;

    public DowningActor(TimeSpan stableAfter)
    {
        _unreachable = new(stableAfter);
        Receive<ClusterEvent.UnreachableMember>(seen =>
        {
            if (!seen.Member.UniqueAddress.Equals(_cluster.SelfUniqueAddress))
                Follow(_unreachable.Lost(seen.Member.UniqueAddress, seen.Member.HasRole(ClusterSettings.CoordinatorRole), Now));
        });
        Receive<ClusterEvent.ReachableMember>(seen => Follow(_unreachable.Found(seen.Member.UniqueAddress)));
        Receive<ClusterEvent.MemberRemoved>(seen => Follow(_unreachable.Found(seen.Member.UniqueAddress)));
        Receive<Look>(_ =>
        {
            var (down, next) = _unreachable.Due(Now, Hears);
            foreach (var node in down)
            {
                _log.Warning("Node {0}:{1} has been unreachable for {2} s and is removed from the cluster.",
                    node.Address.Host, node.Address.Port, stableAfter.TotalSeconds);
                _cluster.Down(node.Address);
            }
            Follow(next);
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _scheduler.MonotonicClock;

    public static Props Props(TimeSpan stableAfter) => Akka.Actor.Props.Create(() => new DowningActor(stableAfter));

    protected override void PreStart() => _cluster.Subscribe(
        Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.IReachabilityEvent), typeof(ClusterEvent.MemberRemoved));

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private bool Hears(UniqueAddress node) =>
        _cluster.FailureDetector.IsMonitoring(node.Address) && _cluster.FailureDetector.IsAvailable(node.Address);

    private void Follow(UnreachableNodes next)
    {
        _unreachable = next;
        if (next.NextDue is not { } due) Timers.Cancel(Look.Instance);
        else Timers.StartSingleTimer(Look.Instance, Look.Instance, due > Now ? due - Now : TimeSpan.Zero);
    }

    private sealed class Look
    {
        public static readonly Look Instance = new();
    }
}
