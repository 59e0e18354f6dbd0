using Akka.Actor;
using Akka.Event;
using Federated.Core;
using Federated.V1;
using Federated.Wire;
using Federated.Wire.Mapping;
using Federated.Worker.Governance;
using Federated.Worker.Grpc;

namespace Federated.Worker.Actors;

/// <summary>A worker's side of the link: Connecting, Attached, Draining. Runs and their tasks live on while the coordinator is away; what they gave
/// goes to whoever welcomes the worker next. Runs that the next one says nothing of are given up after a while.</summary>
internal sealed class WorkerActor : ReceiveActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly WorkerScope _scope;
    private readonly IActorRef _coordinator;
    private readonly WorkerStatus _status;
    private readonly string _sessionId = Guid.NewGuid().ToString("N");
    private readonly IActorRef _trainers;
    private readonly Dictionary<string, OpenedRun> _runs = new(StringComparer.Ordinal);
    private readonly HashSet<TaskId> _unsettled = [];
    private readonly HeldTasks _held = new();
    private readonly HashSet<string> _unmentioned = new(StringComparer.Ordinal);
    private IActorRef _session = ActorRefs.Nobody;
    private int _hellos;

    public WorkerActor(WorkerScope scope, IActorRef coordinator, WorkerStatus status)
    {
        (_scope, _coordinator, _status) = (scope, coordinator, status);
        _trainers = Context.ActorOf(TrainerPoolActor.Props(scope.Options.Slots, scope.Time), "trainers");
        Become(Connecting);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="scope">What the worker's actors share.</param>
    /// <param name="coordinator">Leads to the coordinator's runs, wherever they live.</param>
    /// <param name="status">Is told what the host must know.</param>
    public static Props Props(WorkerScope scope, IActorRef coordinator, WorkerStatus status) =>
        Akka.Actor.Props.Create(() => new WorkerActor(scope, coordinator, status));

    // A run's actor that fails starts afresh: it opens the run again, and what it had accepted is covered by the coordinator's deadlines.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Restart);

    protected override void PreStart() => StartLooking();

    private void Connecting()
    {
        Receive<SayHello>(_ => SayHelloToCoordinator());
        Receive<StillLooking>(_ => _log.Warning("Still looking for a coordinator at {0}.", string.Join(", ", _scope.Options.Seeds)));
        Receive<GiveUp>(_ =>
        {
            var limit = _scope.Options.CoordinatorTimeout?.TotalSeconds;
            _log.Error("No coordinator answered at {0} within {1} s.", string.Join(", ", _scope.Options.Seeds), limit);
            End(ExitCodes.CoordinatorUnreachable);
        });
        Receive<HelloMayGo>(cleared => _coordinator.Tell(cleared.Hello));
        Receive<HelloHeldBack>(held => _log.Warning("The first message to a coordinator was held back: {0}", held.Reason));
        Receive<Welcome>(OnWelcome);
        Receive<Refused>(OnRefused);
        Receive<Drain>(_ => StartDraining());
        Receive<TaskSettled>(settled => _unsettled.Remove(settled.Id));
        ReceiveDrops();
    }

    private void Attached()
    {
        Receive<Welcome>(OnWelcome);
        Receive<OpenRun>(OnOpenRun);
        Receive<AssignTask>(OnAssign);
        ReceiveTaskEnds();
        Receive<TaskSettled>(settled =>
        {
            _unsettled.Remove(settled.Id);
            if (settled.Counted) _unmentioned.Remove(settled.Id.Run);
        });
        ReceiveDrops();
        Receive<ForgetRuns>(_ =>
        {
            foreach (var name in _unmentioned)
            {
                if (!_runs.Remove(name, out var run)) continue;
                _log.Info("Run {0} is given up here: the coordinator has said nothing of it for {1} s.", name, _scope.Timings.ForgetRun.TotalSeconds);
                Close(name, run);
            }
            _unmentioned.Clear();
        });
        Receive<Drain>(_ => StartDraining());
        Receive<Terminated>(gone =>
        {
            if (!gone.ActorRef.Equals(_session)) return;
            _log.Info("The coordinator's session has ended; looking for its successor.");
            _session = ActorRefs.Nobody;
            foreach (var run in _runs.Values) run.Actor.Tell(Detached.Instance);
            StartLooking();
            Become(Connecting);
        });
        Receive<Refused>(_ => { });
        IgnoreHellos();
    }

    private void Draining()
    {
        ReceiveTaskEnds();
        Receive<TaskSettled>(settled =>
        {
            _unsettled.Remove(settled.Id);
            EndWhenDrained();
        });
        ReceiveDrops();
        Receive<DrainTimeout>(_ =>
        {
            _log.Warning("{0} tasks were still running after {1} s; they are given up.", _unsettled.Count, _scope.Options.DrainTimeout.TotalSeconds);
            End(ExitCodes.Success);
        });
        Receive<Terminated>(gone =>
        {
            // Nobody is left to take what the tasks would give.
            if (gone.ActorRef.Equals(_session)) End(ExitCodes.Success);
        });
        // No answer to new tasks and Welcomes: the coordinator sends them elsewhere when this node has left.
        Receive<AssignTask>(_ => { });
        Receive<OpenRun>(_ => { });
        Receive<Welcome>(_ => { });
        Receive<Refused>(_ => { });
        Receive<Drain>(_ => { });
        IgnoreHellos();
    }

    private void ReceiveTaskEnds()
    {
        Receive<CancelTasks>(cancel =>
        {
            foreach (var run in cancel.Ids.Select(id => id.Run).Distinct()) Tell(run, cancel);
        });
        Receive<RoundCommitted>(committed => Tell(committed.Run, committed));
        Receive<CloseRun>(close =>
        {
            if (!_runs.Remove(close.Run, out var run)) return;
            Close(close.Run, run);
            if (!close.MayGoOn) DeleteStates(close.Run);
        });
    }

    // What is cleared when a coordinator has answered already, is no news to it.
    private void IgnoreHellos()
    {
        Receive<HelloMayGo>(_ => { });
        Receive<HelloHeldBack>(_ => { });
    }

    // Who is left of a run that was closed has nothing to say about the one that has its name now.
    private void ReceiveDrops()
    {
        Receive<TaskDropped>(dropped =>
        {
            if (IsOf(dropped.Id.Run)) _held.Drop(dropped.Id, dropped.Assigned);
        });
        Receive<ClientLost>(lost =>
        {
            if (IsOf(lost.Run)) _held.DropClient(lost.Run, lost.Client);
        });
        Receive<StatesDeleted>(deleted =>
        {
            if (deleted.Error is null) return;
            _log.Warning(deleted.Error, "What the clients of run {0} kept could not be deleted from {1}.", deleted.Run, _scope.Options.StateDir);
        });
    }

    private void StartLooking()
    {
        _hellos = 0;
        Timers.Cancel(ForgetRuns.Instance);
        Timers.StartPeriodicTimer(StillLooking.Instance, StillLooking.Instance, _scope.Timings.StillLooking);
        if (_scope.Options.CoordinatorTimeout is { } limit) Timers.StartSingleTimer(GiveUp.Instance, GiveUp.Instance, limit);
        SayHelloToCoordinator();
    }

    private void SayHelloToCoordinator()
    {
        var hello = new Hello
        {
            Worker = _scope.Options.Name,
            Session = _sessionId,
            Protocol = ProtocolVersion.Current,
            Version = typeof(WorkerActor).Assembly.GetName().Version?.ToString(3) ?? "",
            Slots = (uint)_scope.Options.Slots,
            Clients = { _scope.Options.Clients },
            Labels = { _scope.Options.Labels },
            Held = { _held.Latest() },
        };
        var cleared = _scope.Gate.LetGoAsync(Departures.Of(hello), string.Join(',', _scope.Options.Seeds));
        if (cleared.IsCompletedSuccessfully) _coordinator.Tell(hello);
        else cleared.PipeTo(Self, success: () => new HelloMayGo(hello), failure: error => new HelloHeldBack(error.Message));
        Timers.StartSingleTimer(SayHello.Instance, SayHello.Instance, _scope.Timings.Hello.Delay(++_hellos, _scope.Timings.Jitter()));
    }

    private void OnWelcome(Welcome welcome)
    {
        // The same Welcome again answers a Hello that crossed it; one of another session is not for this process.
        if (welcome.Session != _sessionId || Sender.Equals(_session)) return;
        if (!TransferLink.IsAddress(welcome.TransferAddress))
        {
            _log.Error("The coordinator gave '{0}' as its transfer address, which is no http or https URL.", welcome.TransferAddress);
            return;
        }
        if (_scope.Gate.CheckCoordinator(Sender.Path.Address.Host, welcome.TransferAddress) is { } refusal)
        {
            _log.Error("This worker does not work for the coordinator at {0} with transfers at {1}: {2}", Sender.Path.Address, welcome.TransferAddress, refusal);
            End(ExitCodes.Failure);
            return;
        }
        Timers.CancelAll();
        Context.Unwatch(_session);
        _session = Context.Watch(Sender);
        _scope.Transfer.Connect(welcome.TransferAddress);
        _log.Info("Attached to {0}, transfers go to {1}.", _session.Path.Address, welcome.TransferAddress);
        _status.SetAttached();
        foreach (var run in _runs.Values) run.Actor.Tell(Reattached.Instance);
        _unmentioned.Clear();
        _unmentioned.UnionWith(_runs.Keys);
        Timers.StartSingleTimer(ForgetRuns.Instance, ForgetRuns.Instance, _scope.Timings.ForgetRun);
        Become(Attached);
    }

    private void OnRefused(Refused refused)
    {
        if (refused.Session != _sessionId) return;
        if (refused.Reason == Refusal.NotActive) return;
        _log.Error("The coordinator refused this worker ({0}): {1}", refused.Reason, refused.Detail);
        End(refused.Reason == Refusal.WrongVersion ? ExitCodes.VersionMismatch : ExitCodes.Failure);
    }

    private void OnOpenRun(OpenRun open)
    {
        if (TaskIds.CheckRun(open.Run) is { } wrong)
        {
            _log.Warning("The coordinator opened a run that is no run: {0}", wrong);
            return;
        }
        if (_runs.TryGetValue(open.Run, out var opened))
        {
            _unmentioned.Remove(open.Run);
            if (opened.JobYaml == open.JobYaml) return;
            // A coordinator that lost its memory gave the name to another run.
            Close(open.Run, opened);
            DeleteStates(open.Run);
        }
        _runs[open.Run] = new OpenedRun(Context.ActorOf(RunContextActor.Props(open, _scope, _trainers)), open.JobYaml);
    }

    private void OnAssign(AssignTask task)
    {
        if (TaskIds.Check(task.Id) is { } wrong)
        {
            _log.Warning("The coordinator assigned a task that is no task: {0}", wrong);
            return;
        }
        // Its OpenRun was lost. The coordinator repeats both until the task is accepted.
        if (!_runs.TryGetValue(task.Id.Run, out var run)) return;
        _session.Tell(new TaskAccepted { Id = task.Id });
        _unsettled.Add(task.Id);
        _held.Add(task.Id);
        _unmentioned.Remove(task.Id.Run);
        run.Actor.Tell(task);
    }

    private void Close(string run, OpenedRun opened)
    {
        Context.Stop(opened.Actor);
        _held.DropRun(run);
        foreach (var id in _unsettled.Where(id => id.Run == run)) Self.Tell(new TaskSettled(id));
    }

    private void DeleteStates(string run) => _scope.States.DeleteAsync(run)
        .PipeTo(Self, success: () => new StatesDeleted(run, Error: null), failure: error => new StatesDeleted(run, error));

    private bool IsOf(string run) => _runs.TryGetValue(run, out var opened) && opened.Actor.Equals(Sender);

    private void StartDraining()
    {
        Timers.CancelAll();
        _session.Tell(new Draining { Session = _sessionId });
        Timers.StartSingleTimer(DrainTimeout.Instance, DrainTimeout.Instance, _scope.Options.DrainTimeout);
        Become(Draining);
        EndWhenDrained();
    }

    private void EndWhenDrained()
    {
        if (_unsettled.Count == 0 || _session.IsNobody()) End(ExitCodes.Success);
    }

    private void End(int exitCode)
    {
        Timers.CancelAll();
        _status.End(exitCode);
    }

    private void Tell(string run, object message)
    {
        _unmentioned.Remove(run);
        if (_runs.TryGetValue(run, out var opened)) opened.Actor.Tell(message);
    }

    private sealed record OpenedRun(IActorRef Actor, string JobYaml);

    private sealed record HelloMayGo(Hello Hello);

    private sealed record HelloHeldBack(string Reason);

    private sealed record StatesDeleted(string Run, Exception? Error);

    private sealed class ForgetRuns
    {
        public static readonly ForgetRuns Instance = new();
    }

    private sealed class SayHello
    {
        public static readonly SayHello Instance = new();
    }

    private sealed class StillLooking
    {
        public static readonly StillLooking Instance = new();
    }

    private sealed class GiveUp
    {
        public static readonly GiveUp Instance = new();
    }

    private sealed class DrainTimeout
    {
        public static readonly DrainTimeout Instance = new();
    }
}
