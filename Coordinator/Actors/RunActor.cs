using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Federated.Coordinator.Grpc;
using Federated.Coordinator.Journal;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Rounds;
using Federated.V1;
using Federated.Wire.Mapping;

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
    private readonly RunLedger _ledger;
    private readonly RunHistory _history = new();
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
    private ExactMean? _mean;
    private IActorRef? _preparation;
    private IActorRef? _checkpoint;
    private IActorRef? _round;
    private RunInitialised? _initialised;
    private ImmutableArray<ClientProblem> _leftOut = [];
    private bool _standardises;
    private RoundPlan? _plan;
    private RoundReady? _ready;
    private StepProgress? _progress;
    private bool _progressUntold;
    private int _stepsStarted;

    public RunActor(RunIdentity id, RunsSettings settings, IActorRef registry)
    {
        (_id, _settings, _registry) = (id, settings, registry);
        _algorithm = AlgorithmCatalog.Create(Job.Federation.Algorithm);
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

    private void Queued()
    {
        Command<StartRun>(_ => Record(new() { Started = new() }, BeginWork));
        Always();
    }

    private void Initialising()
    {
        Command<RunInitialised>(initialised =>
        {
            EndStep(ref _preparation);
            if (Standardisation.Of(initialised.Server.Parameters.Schema) is not null)
            {
                Standardise(initialised);
                return;
            }
            _initialised = initialised;
            KeepState(initialised.Server);
        });
        Command<RunStandardised>(standardised =>
        {
            EndStep(ref _preparation);
            (_standardises, _leftOut, _initialised) = (false, standardised.LeftOut, standardised.Initialised);
            KeepState(_initialised.Server);
        });
        Command<CheckpointKept>(kept =>
        {
            EndStep(ref _checkpoint);
            var (server, mean, clients, testExamples, goal) = _initialised!;
            var unusable = _initialised.Unusable;
            var known = new RunEntry.Types.DataKnown { Checkpoint = kept.Checkpoint, TestExamples = (ulong)testExamples, Goal = goal?.ToProto() };
            known.LeftOut.AddRange(_leftOut);
            known.Unusable.AddRange(unusable);
            known.Clients.AddRange(clients.Select(client => new DataClient { Id = client.Id, Examples = (ulong)client.Examples }));
            Record(new() { DataKnown = known }, () =>
            {
                (_initialised, _server, _mean, _leftOut) = (null, server, mean, []);
                _parameters.Publish(server.Parameters, round: 0, measured: false);
                if (!unusable.IsEmpty) Notice(RunLedger.TakeNoPart(unusable));
                Become(Running);
                Advance();
            });
        });
        Command<CheckpointImpossible>(impossible => End(new() { Failed = new() { Reason = $"The initial parameters cannot be kept: {impossible.Reason}" } }));
        Command<InitialiseFailed>(failed => End(new() { Failed = new() { Reason = failed.Reason } }));
        Command<StepGone>(_ => End(new() { Failed = new() { Reason = "Making the initial parameters failed by a defect of the coordinator; its log says more." } }));
        Active();
    }

    private void Restoring()
    {
        Command<Restored>(OnRestored);
        Command<StepGone>(_ => End(new() { Failed = new() { Reason = "Reading the checkpoints failed by a defect of the coordinator; its log says more." } }));
        Active();
    }

    private void Running()
    {
        Command<CohortDrawn>(drawn =>
        {
            if (!IsOpen(drawn.Round, drawn.Attempt)) return;
            var opened = new RunEntry.Types.RoundOpened
            {
                Round = (uint)drawn.Round,
                Attempt = (uint)drawn.Attempt,
                Cohort = { drawn.Cohort.Clients },
                Wanted = (uint)drawn.Cohort.Wanted,
                ParametersSha256 = _state.ParametersHash,
                DeadlineSeconds = Job.Federation.Cohort.Deadline.TotalSeconds,
            };
            Record(new() { RoundOpened = opened }, () => _round!.Tell(CohortKept.Instance));
        });
        Command<RoundReady>(ready =>
        {
            if (!IsOpen(ready.Round.Round, ready.Round.Attempt)) return;
            _ready = ready;
            // The round has emptied it; the next one need not allocate another.
            _mean = _plan!.Mean;
            CommitWhenAllowed();
        });
        Command<RoundGaveUp>(gaveUp =>
        {
            if (IsOpen(gaveUp.Round, gaveUp.Attempt)) RoundFailed(gaveUp.Reason, gaveUp.FailedClients);
        });
        Command<CheckpointKept>(Commit);
        Command<CheckpointImpossible>(impossible =>
        {
            if (_ready is { } ready && ReferenceEquals(ready.Server, impossible.Server)) RoundFailed($"its result cannot be kept: {impossible.Reason}", []);
        });
        Command<EvaluationDone>(done => OnEvaluated(done.Round, done.Result, done.Problem));
        Command<StepGone>(OnGone);
        Active();
    }

    private void Paused()
    {
        Rest();
        Always();
    }

    private void Ended()
    {
        Command<ReceiveTimeout>(_ => Context.Parent.Tell(new RunIdle(Run)));
        Rest();
        Always();
    }

    // What steps that were ended had still sent.
    private void Rest()
    {
        Command<StartRun>(_ => { });
        Command<StepProgress>(_ => { });
        Command<StepNotice>(_ => { });
        Command<Roster>(_ => { });
        Command<ProgressTick>(_ => { });
        Command<CohortDrawn>(_ => { });
        Command<RoundReady>(_ => { });
        Command<RoundGaveUp>(_ => { });
        Command<CheckpointKept>(_ => { });
        Command<CheckpointImpossible>(_ => { });
        Command<Restored>(_ => { });
        Command<EvaluationDone>(_ => { });
        Command<RunInitialised>(_ => { });
        Command<RunStandardised>(_ => { });
        Command<InitialiseFailed>(_ => { });
    }

    private void Active()
    {
        Command<Roster>(OnRoster);
        Command<StepNotice>(notice =>
        {
            // The round waits for something: its tasks will not come soon.
            BeginEvaluations();
            Notice(notice.Sentence);
        });
        Command<StepProgress>(OnProgress);
        Command<ProgressTick>(_ =>
        {
            if (_progressUntold) TellProgress();
        });
        Always();
    }

    private void Always()
    {
        Command<StopRun>(_ =>
        {
            if (_state.Ended) Reply();
            else End(new() { Stopped = new() { Reason = "Stopped on request." } }, Reply);
        });
        Command<PauseRun>(_ => OnPause());
        Command<ResumeRun>(_ => OnResume());
        Command<RetryRun>(_ => OnRetry());
        Command<GetRun>(_ => Sender.Tell(new RunFound<RunDetails>(Details())));
        Command<GetModel>(OnGetModel);
        Command<WatchRun>(OnWatch);
        Command<UnwatchRun>(unwatch => _watchers.Remove(unwatch.Events));
        Command<BytesMoved>(_ledger.Move);
        Command<BeginUpload>(Route);
        Command<UploadRejected>(Route);
        Command<OfferUpdate>(Route);
        Command<OfferInitialised>(Route);
        Command<OfferReport>(Route);
        Command<SaveSnapshotSuccess>(saved => DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1)));
        Command<SaveSnapshotFailure>(failure => _log.Warning("Run {0}: a snapshot of the journal could not be written: {1}", Run, failure.Cause.Message));
        Command<DeleteSnapshotsSuccess>(_ => { });
        Command<DeleteSnapshotsFailure>(failure => _log.Warning("Run {0}: old snapshots of the journal could not be deleted: {1}", Run, failure.Cause.Message));
    }

    private void Advance()
    {
        var decision = _state.Next(Job);
        switch (decision.Step)
        {
            // One that is drawing its cohort is not in the journal yet.
            case RunStep.OpenRound when _round is null:
                OpenRound(decision.Round, decision.Attempt, reopened: null);
                break;
            case RunStep.Complete:
                End(new() { Completed = new() { Reason = decision.Reason } });
                break;
            case RunStep.Fail:
                End(new() { Failed = new() { Reason = decision.Reason } });
                break;
        }
    }

    private void OpenRound(int round, int attempt, Cohort? reopened)
    {
        if (attempt == 1 || reopened is not null) _ledger.OpenRound();
        var server = _server!;
        _plan = new(Run, Job, round, attempt, server, _algorithm, _state.Clients, _mean ?? new ExactMean(server.Parameters.Schema.Count), _state.Health)
        {
            Reopened = reopened,
            Reached = ReachedIn(round),
        };
        _mean = null;
        _round = StartStep(RoundActor.Props(_plan, _registry), "round", new StepGone(StepKind.Round, round, attempt));
        _round.Tell(_roster);
    }

    private void CommitWhenAllowed()
    {
        if (_ready is { } ready && _checkpoint is null && _state.MayCommit(Job)) KeepState(ready.Server);
    }

    private void Commit(CheckpointKept kept)
    {
        EndStep(ref _checkpoint);
        if (_ready is not { } ready || !ReferenceEquals(ready.Server, kept.Server)) return;
        var round = ready.Round.Round;
        var measured = RunState.IsEvaluated(Job, round);
        var entry = new RunEntry.Types.RoundKept
        {
            Report = _ledger.Report(ready, _state),
            Checkpoint = kept.Checkpoint,
            Measured = measured,
            FailedClients = { ready.Round.Failed },
        };
        Record(new() { RoundKept = entry }, () =>
        {
            _plan!.Reached(RunPoint.Journalled);
            (_server, _ready) = (ready.Server, null);
            _parameters.Publish(_server.Parameters, round, measured);
            EndRound();
            _registry.Tell(new AnnounceCommit(Run, round, ready.Round.Attempt));
            Tell(new() { Round = entry.Report });
            if (measured) PlanEvaluation(round, _server.Parameters);
            // Who hands in its tasks first gets the free slots. A stop rule waits for the evaluation, so that goes first and the next round opens when it has
            // begun; else the next round goes first, and the evaluation begins when that trains.
            if (measured && Job.Stop.LooksAtEvaluations)
            {
                BeginEvaluations();
                return;
            }
            Advance();
            if (_round is null) BeginEvaluations();
        });
    }

    private void RoundFailed(string reason, ImmutableArray<string> failedClients)
    {
        var (round, attempt) = (_plan!.Round, _plan.Attempt);
        EndRound();
        EndStep(ref _checkpoint);
        _ready = null;
        var failed = new RunEntry.Types.AttemptFailed { Round = (uint)round, Attempt = (uint)attempt, Reason = reason, FailedClients = { failedClients } };
        Record(new() { AttemptFailed = failed }, () =>
        {
            BeginEvaluations();
            Notice($"Attempt {attempt} of round {round} failed: {reason}");
            Advance();
        });
    }

    private void OnEvaluated(int round, EvaluationResult? result, string problem)
    {
        if (!_evaluations.Remove(round, out var step)) return;
        EndStep(step);
        JournalEvaluation(round, result, problem);
    }

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

    private sealed record StepGone(StepKind Kind, int Round = 0, int Attempt = 0);

    private sealed class ProgressTick
    {
        public static readonly ProgressTick Instance = new();
    }
}
