using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Federated.Coordinator.Grpc;
using ClusterSettings = Federated.Wire.Cluster.ClusterSettings;

namespace Federated.Coordinator.Actors;

/// <summary>Ends this node when it is the one that must have the runs and has not got them for too long. That happens: a node that slept while another one took
/// over hears of it when it wakes and hands its runs over, but does not believe that it was removed, removes the other one in its turn, and is left with a
/// singleton's manager that has done its work for good. Nobody would ever have the runs. Every decision is <see cref="RunsInPlace"/>'s.</summary>
internal sealed class RunsWatchActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly ActorSelection _runs = Context.ActorSelection(RunsGate.LocalPath(ClusterSettings.RunsSingleton));
    private RunsInPlace _place = RunsInPlace.Beginning;

    /// <param name="end">Takes the reason and ends the node.</param>
    public RunsWatchActor(Action<string> end)
    {
        Receive<Look>(_ => _runs.Tell(new Identify(null)));
        Receive<ActorIdentity>(answer =>
        {
            _place = _place.Seen(Context.System.Scheduler.MonotonicClock, MustHaveRuns(), answer.Subject is not null);
            if (!_place.IsLost) return;
            _log.Warning("This node must have the runs and has not got them.");
            Timers.CancelAll();
            end("This coordinator has lost its runs to one that is gone");
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(Action<string> end) => Akka.Actor.Props.Create(() => new RunsWatchActor(end));

    protected override void PreStart() => Timers.StartPeriodicTimer(Look.Instance, Look.Instance, Interval);

    // The singleton lives on the oldest coordinator; one that is about to leave, or was removed, still counts until it is gone.
    private bool MustHaveRuns()
    {
        Member? oldest = null;
        foreach (var member in _cluster.State.Members)
        {
            if (!member.HasRole(ClusterSettings.CoordinatorRole) || member.Status is MemberStatus.Joining or MemberStatus.WeaklyUp) continue;
            if (oldest is null || member.IsOlderThan(oldest)) oldest = member;
        }
        return oldest is { Status: MemberStatus.Up } && oldest.UniqueAddress.Equals(_cluster.SelfUniqueAddress);
    }

    private sealed class Look
    {
        public static readonly Look Instance = new();
    }
}
