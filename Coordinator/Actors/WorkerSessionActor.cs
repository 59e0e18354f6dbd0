using Akka.Actor;
using Akka.Event;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>One attached worker, from Welcome until it is gone: Attached, Draining. Messages to a worker may get lost, so a task is repeated until the worker
/// has accepted it; the worker does a repeated task once.</summary>
internal sealed class WorkerSessionActor : ReceiveActor, IWithTimers
{
    /// <summary>Time between two tries to hand over a task.</summary>
    public static readonly TimeSpan RepeatInterval = TimeSpan.FromSeconds(2);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Hello _hello;
    private readonly IActorRef _worker;
    private readonly Func<string> _transferAddress;
    private readonly Dictionary<TaskId, PlaceTask> _unaccepted = [];
    private readonly HashSet<string> _opened = new(StringComparer.Ordinal);
    private readonly HashSet<string> _openedSurely = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RoundCommitted> _committed = new(StringComparer.Ordinal);

    public WorkerSessionActor(Hello hello, IActorRef worker, Func<string> transferAddress)
    {
        (_hello, _worker, _transferAddress) = (hello, worker, transferAddress);
        Become(Attached);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(Hello hello, IActorRef worker, Func<string> transferAddress) =>
        Akka.Actor.Props.Create(() => new WorkerSessionActor(hello, worker, transferAddress));

    protected override void PreStart()
    {
        Context.Watch(_worker);
        Welcome();
    }

    private void Attached()
    {
        Connected();
        Receive<PlaceTask>(place =>
        {
            _unaccepted[place.Task.Id] = place;
            HandOver(place);
            if (!Timers.IsTimerActive(Repeat.Instance)) Timers.StartPeriodicTimer(Repeat.Instance, Repeat.Instance, RepeatInterval);
        });
        Receive<Draining>(draining =>
        {
            if (draining.Session != _hello.Session) return;
            _log.Info("Worker {0} is draining.", _hello.Worker);
            Context.Parent.Tell(new WorkerDraining(_hello.Worker, _hello.Session));
            Become(Leaving);
        });
    }

    private void Leaving()
    {
        Connected();
        // The registry knows that the worker takes nothing more; what crossed with that goes to the worker, which accepts it or leaves it to be moved when it is gone.
        Receive<PlaceTask>(HandOver);
        Receive<Draining>(_ => { });
    }

    private void Connected()
    {
        Receive<Hello>(_ => Welcome());
        Receive<TaskAccepted>(accepted =>
        {
            if (accepted.Id is null || !_unaccepted.Remove(accepted.Id)) return;
            _openedSurely.Add(accepted.Id.Run);
            StopRepeatingWhenDone();
        });
        Receive<Repeat>(_ =>
        {
            // Until the worker has accepted a task of the run, nothing tells that OpenRun arrived.
            foreach (var place in _unaccepted.Values.DistinctBy(place => place.Task.Id.Run).Where(place => !_openedSurely.Contains(place.Task.Id.Run))) Open(place);
            foreach (var place in _unaccepted.Values) _worker.Tell(place.Task);
        });
        Receive<CancelTasks>(cancel =>
        {
            foreach (var id in cancel.Ids) _unaccepted.Remove(id);
            StopRepeatingWhenDone();
            _worker.Tell(cancel);
        });
        Receive<RoundCommitted>(committed =>
        {
            _committed[committed.Run] = committed;
            if (_opened.Contains(committed.Run)) _worker.Tell(committed);
        });
        Receive<CloseRun>(close =>
        {
            foreach (var id in _unaccepted.Keys.Where(id => id.Run == close.Run).ToArray()) _unaccepted.Remove(id);
            StopRepeatingWhenDone();
            _openedSurely.Remove(close.Run);
            _committed.Remove(close.Run);
            if (_opened.Remove(close.Run)) _worker.Tell(close);
        });
        Receive<Terminated>(_ => Context.Stop(Self));
    }

    private void Welcome() => _worker.Tell(new Welcome { Session = _hello.Session, TransferAddress = _transferAddress() });

    private void HandOver(PlaceTask place)
    {
        if (place.Committed is { } committed) _committed.TryAdd(committed.Run, committed);
        if (_opened.Add(place.Task.Id.Run)) Open(place);
        _worker.Tell(place.Task);
    }

    private void Open(PlaceTask place)
    {
        _worker.Tell(new OpenRun { Run = place.Task.Id.Run, JobYaml = place.JobYaml });
        // The worker may have been away, or not started yet, when it was announced.
        if (_committed.TryGetValue(place.Task.Id.Run, out var committed)) _worker.Tell(committed);
    }

    private void StopRepeatingWhenDone()
    {
        if (_unaccepted.Count == 0) Timers.Cancel(Repeat.Instance);
    }

    private sealed class Repeat
    {
        public static readonly Repeat Instance = new();
    }
}
