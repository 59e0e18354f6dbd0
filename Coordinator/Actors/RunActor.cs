using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Federated.Coordinator.Grpc;
using Federated.Coordinator.Journal;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Privacy.Differential;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>One run: Queued, Initialising (standardising its data included), Restoring, Running, Paused, Ended. What happens is in its journal before it counts, so that another actor of the same
/// run, on this node or another, goes on from there. What comes next is RunState's decision; initialising, restoring, rounds, checkpoints and evaluations are
/// children, each a state machine of its own; this actor journals changes, publishes parameters and tells those who watch. After its end it answers
/// questions.</summary>
/// <remarks>A journal that cannot be written stops this actor: its parent starts another one, which finds what did become durable.</remarks>
internal sealed partial class RunActor : ReceivePersistentActor, IWithTimers
{
    /// <summary>Time between two progress events: five a second.</summary>
    public static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Time without questions after which an ended run may leave memory.</summary>
    public static readonly TimeSpan EndedIdle = TimeSpan.FromMinutes(2);

    private const string WaitingNotice = "Waiting for workers: none is attached.";

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RunIdentity _id;
    private readonly RunsSettings _settings;
    private readonly HandedOutParameters _parameters;
    private readonly IActorRef _registry;
    private readonly IFederatedAlgorithm _algorithm;
    private readonly PrivacyPlan? _privacy;
    private readonly RunLedger _ledger;
    private readonly RunHistory _history;
    private readonly RunCheckpoints _checkpoints;
    private readonly RunWatchers _watchers = new();
    private readonly Dictionary<int, IActorRef> _evaluations = [];
    private readonly List<EvaluationPlan> _planned = [];
    private RunState _state = RunState.Initial;
    private ulong _epoch;
    private long _recovered;
    private bool _ending;
    private Roster _roster = Roster.Unknown;
    private ServerState? _server;
    private IUpdateAggregate? _aggregate;
    private IActorRef? _preparation;
    private IActorRef? _checkpoint;
    private IActorRef? _round;
    private RunInitialised? _initialised;
    private ImmutableArray<ClientProblem> _leftOut = [];
    private bool _standardises;
    private RoundPlan? _plan;
    private ImmutableDictionary<int, ParameterVector> _versions = ImmutableDictionary<int, ParameterVector>.Empty;   // that clients in training started from, by round
    private RoundReady? _ready;
    private StepProgress? _progress;
    private bool _progressUntold;
    private int _stepsStarted;

    public RunActor(RunIdentity id, RunsSettings settings, IActorRef registry)
    {
        (_id, _settings, _registry) = (id, settings, registry);
        _algorithm = AlgorithmCatalog.Create(Job);
        _privacy = PrivacyPlan.Of(Job);
        _history = new(keepsTurns: _privacy?.Mechanism == PrivacyMechanism.Tree);
        _ledger = new(Run, Job, settings.Time);
        _checkpoints = new(Job, settings.KeepCheckpoints);
        _parameters = new(settings.Parameters, Run);
        Recover<SnapshotOffer>(offer =>
        {
            JournalDamage.Replay(LastSequenceNr, () =>
            {
                foreach (var entry in ((RunSnapshot)offer.Snapshot).Entries) Apply(entry);
            });
            _history.Snapshot();
            _recovered = LastSequenceNr;
        });
        Recover<RunEntry>(entry =>
        {
            JournalDamage.CheckFollows(LastSequenceNr, _recovered);
            JournalDamage.Replay(LastSequenceNr, () => Apply(entry));
            _recovered = LastSequenceNr;
        });
        Recover<RecoveryCompleted>(_ => OnRecovered());
        Become(Queued);
    }

    public override string PersistenceId => $"run-{Run}";

    public ITimerScheduler Timers { get; set; } = null!;

    private string Run => _id.Run;

    private JobSpec Job => _id.Job;

    private bool Overlaps => Job.Federation.Mode != FederationMode.Synchronous;

    private bool IsMasked => Job.Privacy.SecureAggregation.Enabled;

    private bool IsWaiting => _state.Phase == RunPhase.Running && _roster.Workers == 0 && !ReferenceEquals(_roster, Roster.Unknown);

    public static Props Props(RunIdentity id, RunsSettings settings, IActorRef registry) => Akka.Actor.Props.Create(() => new RunActor(id, settings, registry));

    protected override void PostStop()
    {
        // Whoever watches asks again, and finds the actor that goes on.
        _watchers.Complete(_state.Ended ? null : new NotActiveException());
        base.PostStop();
    }

    // A step keeps what cannot be made again (a sum, the tries so far): it is not restarted but counts as failed.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        _log.Error(error, "Run {0}: a step failed by a defect.", Run);
        return Directive.Stop;
    });

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        // A step or the parent finds out by this actor's end; whoever else asked for the change would wait for ever.
        if (!Sender.Equals(Context.Parent) && !Sender.Path.Parent.Equals(Self.Path))
            Sender.Tell(new JournalUnavailable($"The journal of run {Run} is not available now; try again."));
        Context.Parent.Tell(new RunInterrupted(Run, cause.Message, JournalDamage.Is(cause)));
    }

    // Never happens by itself: entries are protobuf. Going on without the entry would be a lie.
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
        throw new InvalidOperationException($"The journal of run {Run} rejected entry {sequenceNr}.", cause);

    protected override void OnRecoveryFailure(Exception reason, object? message = null) =>
        Context.Parent.Tell(new RunInterrupted(Run, reason.Message, JournalDamage.Is(reason)));

    private void End(RunEntry entry, Action? then = null)
    {
        if (_ending) return;
        _ending = true;
        Record(entry, () =>
        {
            _ending = false;
            StopWork();
            EnterEnd();
            _log.Info("Run {0} is {1}. {2}", Run, _state.Phase, _state.Reason);
            Tell(new());
            _watchers.Complete(null);
            then?.Invoke();
        });
    }

    private enum StepKind
    {
        Initialise,
        Statistics,
        Restore,
        Checkpoint,
        Round,
        Evaluation,
    }

    /// <summary>What a round costs of privacy is known; null with the reason where it cannot be.</summary>
    private sealed record Reckoned(RoundReady Ready, Checkpoint Checkpoint, RoundCost? Cost, string Error);

    private sealed record StepGone(StepKind Kind, int Round = 0, int Attempt = 0);

    private sealed class ProgressTick
    {
        public static readonly ProgressTick Instance = new();
    }
}
