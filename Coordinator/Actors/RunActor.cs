using Akka.Actor;
using Akka.Event;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>One run: Queued, Initialising, Running, Ended. What comes next is RunState's decision; initialising, rounds and evaluations are children, each a state
/// machine of its own; this actor applies changes, publishes parameters and tells those who watch. After its end it answers questions.</summary>
internal sealed class RunActor : ReceiveActor, IWithTimers
{
    /// <summary>Time between two progress events: five a second.</summary>
    public static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    private const string WaitingNotice = "Waiting for workers: none is attached.";

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly string _run;
    private readonly JobSpec _job;
    private readonly string _yaml;
    private readonly HandedOutParameters _parameters;
    private readonly IActorRef _registry;
    private readonly IFederatedAlgorithm _algorithm;
    private readonly RunLedger _ledger;
    private readonly RunWatchers _watchers = new();
    private readonly Dictionary<int, IActorRef> _evaluations = [];
    private readonly List<EvaluationPlan> _planned = [];
    private RunState _state = RunState.Initial;
    private Roster _roster = Roster.Unknown;
    private ServerState? _server;
    private ExactMean? _mean;
    private IActorRef? _initialise;
    private IActorRef? _round;
    private RoundPlan? _plan;
    private RoundReady? _ready;
    private StepProgress? _progress;
    private bool _progressUntold;

    public RunActor(string run, SubmitJob submit, RunsSettings settings, IActorRef registry)
    {
        (_run, _job, _yaml, _registry) = (run, submit.Job, submit.Yaml, registry);
        _algorithm = AlgorithmCatalog.Create(_job.Federation.Algorithm);
        _ledger = new(run, _job, settings.Time);
        _parameters = new(settings.Parameters, run);
        Become(Queued);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(string run, SubmitJob submit, RunsSettings settings, IActorRef registry) =>
        Akka.Actor.Props.Create(() => new RunActor(run, submit, settings, registry));

    private bool IsWaiting => _state.Phase == RunPhase.Running && _roster.Workers == 0 && !ReferenceEquals(_roster, Roster.Unknown);

    protected override void PreStart() => Context.Parent.Tell(new RunChanged(Summary()));

    protected override void PostStop() => _watchers.Complete();

    // A step keeps what cannot be made again (a sum, the tries so far): it is not restarted but counts as failed.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        _log.Error(error, "Run {0}: a step failed by a defect.", _run);
        return Directive.Stop;
    });

    private void Queued()
    {
        Receive<StartRun>(_ =>
        {
            _ledger.Start();
            Change(new RunChange.Started());
            _registry.Tell(new OpenRunWork(_run, _yaml));
            _registry.Tell(SubscribeRoster.Instance);
            _initialise = StartStep(InitialiseActor.Props(new(_run, _job, _algorithm), _registry), "initialise", new StepGone(StepKind.Initialise));
            Become(Initialising);
        });
        Always();
    }

    private void Initialising()
    {
        Receive<RunInitialised>(initialised =>
        {
            EndStep(_initialise);
            (_initialise, _server, _mean) = (null, initialised.Server, initialised.Mean);
            _parameters.Publish(_server.Parameters, round: 0, measured: false);
            Change(new RunChange.Initialised(_server.Parameters.Hash, initialised.Clients, initialised.TestExamples));
            Become(Running);
            Advance();
        });
        Receive<InitialiseFailed>(failed => End(new RunChange.Failed(failed.Reason)));
        Receive<StepGone>(_ => End(new RunChange.Failed("Making the initial parameters failed by a defect of the coordinator; its log says more.")));
        Active();
    }

    private void Running()
    {
        Receive<RoundReady>(ready =>
        {
            if (!IsOpen(ready.Round.Round, ready.Round.Attempt)) return;
            _ready = ready;
            // The round has emptied it; the next one need not allocate another.
            _mean = _plan!.Mean;
            CommitWhenAllowed();
        });
        Receive<RoundGaveUp>(gaveUp =>
        {
            if (IsOpen(gaveUp.Round, gaveUp.Attempt)) RoundFailed(gaveUp.Reason);
        });
        Receive<EvaluationDone>(done => OnEvaluated(done.Round, done.Sums, done.Problem));
        Receive<StepGone>(gone =>
        {
            if (gone.Kind == StepKind.Evaluation) OnEvaluated(gone.Round, null, "a defect of the coordinator; its log says more.");
            else if (IsOpen(gone.Round, gone.Attempt)) RoundFailed("a defect of the coordinator; its log says more.");
        });
        Active();
    }

    private void Ended()
    {
        Receive<StartRun>(_ => { });
        Receive<StepProgress>(_ => { });
        Receive<StepNotice>(_ => { });
        Receive<Roster>(_ => { });
        Receive<ProgressTick>(_ => { });
        Receive<RoundReady>(_ => { });
        Receive<RoundGaveUp>(_ => { });
        Receive<EvaluationDone>(_ => { });
        Receive<RunInitialised>(_ => { });
        Receive<InitialiseFailed>(_ => { });
        Always();
    }

    private void Active()
    {
        Receive<Roster>(OnRoster);
        Receive<StepNotice>(notice =>
        {
            // The round waits for something: its tasks will not come soon.
            BeginEvaluations();
            Notice(notice.Sentence);
        });
        Receive<StepProgress>(OnProgress);
        Receive<ProgressTick>(_ =>
        {
            if (_progressUntold) TellProgress();
        });
        Always();
    }

    private void Always()
    {
        Receive<StopRun>(_ =>
        {
            if (!_state.Ended) End(new RunChange.Stopped("Stopped on request."));
            Sender.Tell(new RunFound<RunSummary>(Summary()));
        });
        Receive<GetRun>(_ => Sender.Tell(new RunFound<RunDetails>(new() { Summary = Summary(), JobYaml = _yaml, Rounds = { _ledger.Rounds } })));
        Receive<GetModel>(_ => Sender.Tell(new RunFound<CommittedModel>(_server is null ? null : new(_state.Round, _server.Parameters))));
        Receive<WatchRun>(OnWatch);
        Receive<UnwatchRun>(unwatch => _watchers.Remove(unwatch.Events));
        Receive<BytesMoved>(_ledger.Move);
        Receive<BeginUpload>(Route);
        Receive<UploadRejected>(Route);
        Receive<OfferUpdate>(Route);
        Receive<OfferInitialised>(Route);
        Receive<OfferReport>(Route);
    }

    private void Advance()
    {
        var decision = _state.Next(_job);
        switch (decision.Step)
        {
            case RunStep.OpenRound:
                OpenRound(decision.Round, decision.Attempt);
                break;
            case RunStep.Complete:
                End(new RunChange.Completed(decision.Reason));
                break;
            case RunStep.Fail:
                End(new RunChange.Failed(decision.Reason));
                break;
        }
    }

    private void OpenRound(int round, int attempt)
    {
        if (attempt == 1) _ledger.OpenRound();
        Change(new RunChange.RoundOpened(round, attempt));
        var server = _server!;
        _plan = new(_run, _job, round, attempt, server, _algorithm, _state.Clients, _mean ?? new ExactMean(server.Parameters.Schema.Count));
        _mean = null;
        _round = StartStep(RoundActor.Props(_plan, _registry), $"round-{round}-{attempt}", new StepGone(StepKind.Round, round, attempt));
        _round.Tell(_roster);
    }

    private void CommitWhenAllowed()
    {
        if (_ready is not { } ready || !_state.MayCommit(_job)) return;
        var round = ready.Round.Round;
        var measured = RunState.IsEvaluated(_job, round);
        (_server, _ready) = (ready.Server, null);
        _parameters.Publish(_server.Parameters, round, measured);
        var report = _ledger.Commit(ready, _state.FailedAttempts);
        EndStep(_round);
        _round = null;
        Change(new RunChange.RoundCommitted(round, _server.Parameters.Hash, measured));
        _registry.Tell(new AnnounceCommit(_run, round));
        Tell(new() { Round = report });
        if (measured) PlanEvaluation(round);
        // Who hands in its tasks first gets the free slots. A stop rule waits for the evaluation, so that goes first and the next round opens when it has begun;
        // else the next round goes first, and the evaluation begins when that trains.
        if (measured && _job.Stop.Accuracy is not null)
        {
            BeginEvaluations();
            return;
        }
        Advance();
        if (_round is null) BeginEvaluations();
    }

    private void PlanEvaluation(int round)
    {
        var clients = _job.Data.Placement == Placement.Local ? [.. _roster.Clients.Select(client => new ClientShare(client, 0))] : _state.Clients;
        _planned.Add(new(_run, round, _job, _server!.Parameters, _state.TestExamples, clients));
    }

    private void BeginEvaluations()
    {
        foreach (var plan in _planned)
            _evaluations[plan.Round] = StartStep(EvaluationActor.Props(plan, _registry), $"evaluation-{plan.Round}", new StepGone(StepKind.Evaluation, plan.Round));
        _planned.Clear();
    }

    private void RoundFailed(string reason)
    {
        var (round, attempt) = (_state.Round + 1, _state.OpenAttempt);
        EndStep(_round);
        _round = null;
        BeginEvaluations();
        Change(new RunChange.RoundFailed(round, attempt, reason));
        Notice($"Attempt {attempt} of round {round} failed: {reason}");
        Advance();
    }

    private void OnEvaluated(int round, MetricSums? sums, string problem)
    {
        if (!_evaluations.Remove(round, out var step)) return;
        EndStep(step);
        Change(new RunChange.Evaluated(round, sums));
        if (sums is null) Notice($"The model of round {round} could not be measured: {problem}");
        else if (_ledger.Evaluate(round, sums.Value) is { } report) Tell(new() { Round = report });
        _parameters.Measured(round);
        // First, for it may end the run with this round's model; then a later round need not be committed any more.
        Advance();
        if (!_state.Ended) CommitWhenAllowed();
    }

    private void OnRoster(Roster roster)
    {
        var waited = IsWaiting;
        _roster = roster;
        if (IsWaiting && !waited) Notice(WaitingNotice);
        _round?.Tell(roster);
        Context.Parent.Tell(new RunChanged(Summary()));
    }

    private void OnWatch(WatchRun watch)
    {
        var summary = Summary();
        var replay = _ledger.Rounds.Where(report => report.Round >= watch.FromRound).Select(report => new RunEvent { Summary = summary, Round = report });
        if (_progress is not null && !_state.Ended) replay = replay.Append(ProgressEvent(_progress));
        if (IsWaiting) replay = replay.Append(new RunEvent { Summary = summary, Notice = WaitingNotice });
        _watchers.Add(watch.Events, replay.Append(new RunEvent { Summary = summary }));
        if (_state.Ended) _watchers.Complete();
        Sender.Tell(new RunFound<RunSummary>(summary));
    }

    private void OnProgress(StepProgress progress)
    {
        if (progress.Phase == EvaluationActor.Phase) Advance();
        else if (progress.Phase != RoundActor.SelectingPhase) BeginEvaluations();
        // Evaluations run beside the next round, which is what people want to see.
        if (progress.Phase == EvaluationActor.Phase && _state.OpenAttempt > 0) return;
        _progress = progress;
        _progressUntold = true;
        if (!Timers.IsTimerActive(ProgressTick.Instance)) TellProgress();
    }

    private void TellProgress()
    {
        _progressUntold = false;
        Timers.StartSingleTimer(ProgressTick.Instance, ProgressTick.Instance, ProgressInterval);
        if (_watchers.Any) _watchers.Tell(ProgressEvent(_progress!));
    }

    private RunEvent ProgressEvent(StepProgress progress) => new() { Summary = Summary(), Progress = progress.ToProto() };

    private void End(RunChange change)
    {
        EndStep(_initialise);
        EndStep(_round);
        foreach (var evaluation in _evaluations.Values) EndStep(evaluation);
        (_initialise, _round, _ready, _mean, _plan) = (null, null, null, null, null);
        _evaluations.Clear();
        _planned.Clear();
        Timers.CancelAll();
        _ledger.End();
        _registry.Tell(new CloseRunWork(_run));
        _registry.Tell(UnsubscribeRoster.Instance);
        _parameters.RetireAll();
        Become(Ended);
        Change(change);
        _log.Info("Run {0} is {1}. {2}", _run, _state.Phase, _state.Reason);
        Tell(new());
        _watchers.Complete();
    }

    private void Route(object message)
    {
        var id = Offers.TaskOf(message)!;
        var step = id.Kind switch
        {
            TaskKind.Initialise => _initialise,
            TaskKind.Train => id.Round <= _state.Round ? null : _round,
            TaskKind.Evaluate => id.Round <= int.MaxValue ? _evaluations.GetValueOrDefault((int)id.Round) : null,
            _ => null,
        };
        if (step is not null)
        {
            step.Forward(message);
            return;
        }
        var (reason, detail) = _state.Ended ? (Refusal.RoundClosed, $"Run {_run} is over.")
            : id.Round <= _state.Round ? (Refusal.RoundClosed, $"Round {id.Round} is closed.")
            : (Refusal.WrongRound, $"Round {id.Round} is not open.");
        Offers.Refuse(message, Sender, reason, detail);
    }

    private IActorRef StartStep(Props props, string name, StepGone gone)
    {
        var step = Context.ActorOf(props, name);
        Context.WatchWith(step, gone);
        return step;
    }

    // A poison pill, not a stop: what was forwarded before still gets its answer.
    private static void EndStep(IActorRef? step)
    {
        if (step is null) return;
        Context.Unwatch(step);
        step.Tell(PoisonPill.Instance);
    }

    private void Change(RunChange change)
    {
        _state = _state.Apply(change);
        Context.Parent.Tell(new RunChanged(Summary()));
    }

    private void Notice(string sentence) => Tell(new() { Notice = sentence });

    private void Tell(RunEvent next)
    {
        next.Summary = Summary();
        _watchers.Tell(next);
    }

    private RunSummary Summary() => _ledger.Summary(_state, _roster);

    private bool IsOpen(int round, int attempt) => _round is not null && round == _state.Round + 1 && attempt == _state.OpenAttempt;

    private enum StepKind
    {
        Initialise,
        Round,
        Evaluation,
    }

    private sealed record StepGone(StepKind Kind, int Round = 0, int Attempt = 0);

    private sealed class ProgressTick
    {
        public static readonly ProgressTick Instance = new();
    }
}
