using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Actors;

// What others ask and are told, and the steps that do the work.
internal sealed partial class RunActor
{
    private void OnPause()
    {
        if (_state.Ended) Refuse("cannot be paused");
        else if (_state.Phase == RunPhase.Paused) Reply();
        else
            Record(new() { Paused = new() { Reason = "Paused on request." } }, () =>
            {
                StopWork();
                _roster = Roster.Unknown;
                Become(Paused);
                Tell(new() { Notice = "Paused on request." });
                Reply();
            });
    }

    private void OnResume()
    {
        if (_state.Ended) Refuse("cannot be resumed");
        else if (_state.Phase != RunPhase.Paused) Reply();
        else
            Record(new() { Resumed = new() }, () =>
            {
                Become(Queued);
                Tell(new() { Notice = "Resumed." });
                Reply();
            });
    }

    private void OnRetry()
    {
        if (_state.Phase is not (RunPhase.Failed or RunPhase.Stopped)) Refuse("cannot be retried: only a run that failed or was stopped can");
        else
            Record(new() { Retried = new() }, () =>
            {
                SetReceiveTimeout(null);
                Become(Queued);
                Reply();
            });
    }

    private void OnGetModel(GetModel get)
    {
        if (_server is { } server && (get.Round ?? _state.Round) == _state.Round)
        {
            Sender.Tell(new RunFound<CommittedModel>(new(_state.Round, server.Parameters)));
            return;
        }
        if (!_state.IsInitialised)
        {
            Sender.Tell(new RunRefused($"Run '{Run}' has no parameters yet."));
            return;
        }
        var round = get.Round ?? _state.Round;
        if (_checkpoints.Kept.FirstOrDefault(kept => kept.Round == round) is not { } kept)
        {
            var rounds = string.Join(", ", _checkpoints.Kept.Select(other => other.Round));
            Sender.Tell(new RunRefused(string.Create(CultureInfo.InvariantCulture,
                $"The parameters of run '{Run}' after round {round} are not kept; those after rounds {rounds} are.")));
            return;
        }
        Task.Run(() => _settings.Checkpoints.ReadAsync(Run, kept.Checkpoint, kept.Round, CancellationToken.None)).PipeTo(Sender, Self,
            success: read => read.State is { } state ? new RunFound<CommittedModel>(new(state.Round, state.Parameters)) : new RunRefused(read.Error),
            failure: error => new RunRefused(error.Message));
    }

    private void OnRoster(Roster roster)
    {
        var waited = IsWaiting;
        _roster = roster;
        if (IsWaiting && !waited) Notice(WaitingNotice);
        _round?.Tell(roster);
        if (!_state.IsInitialised) _preparation?.Tell(roster);
        Context.Parent.Tell(new RunChanged(Summary()));
    }

    private void OnWatch(WatchRun watch)
    {
        var summary = Summary();
        var replay = _ledger.Rounds.Where(report => report.Round >= watch.FromRound).Select(report => new RunEvent { Summary = summary, Round = report });
        if (_progress is not null && _state.Phase == RunPhase.Running) replay = replay.Append(ProgressEvent(_progress));
        if (IsWaiting) replay = replay.Append(new RunEvent { Summary = summary, Notice = WaitingNotice });
        _watchers.Add(watch.Events, replay.Append(new RunEvent { Summary = summary }));
        if (_state.Ended) _watchers.Complete(null);
        Sender.Tell(new RunFound<RunSummary>(summary));
    }

    private void OnProgress(StepProgress progress)
    {
        if (progress.Phase == EvaluationActor.Phase) Advance();
        else if (progress.Phase != RoundActor.SelectingPhase) BeginEvaluations();
        // Evaluations run beside the next round, which is what people want to see.
        if (progress.Phase == EvaluationActor.Phase && _round is not null) return;
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

    private void PlanEvaluation(int round, ParameterVector parameters) =>
        _planned.Add(new(Run, round, Job, parameters, _state.TestExamples, _state.Clients, _state.Goal));

    private void BeginEvaluations()
    {
        foreach (var plan in _planned)
        {
            // Where data does not move, whoever is there now measures.
            var now = Job.Data.Placement == Placement.Local ? plan with { Clients = [.. _roster.Clients.Select(client => new ClientShare(client, 0))] } : plan;
            _evaluations[plan.Round] = StartStep(EvaluationActor.Props(now, _registry), $"evaluation-{plan.Round}", new StepGone(StepKind.Evaluation, plan.Round));
        }
        _planned.Clear();
    }

    private void OnGone(StepGone gone)
    {
        const string Defect = "a defect of the coordinator; its log says more.";
        switch (gone.Kind)
        {
            case StepKind.Evaluation:
                OnEvaluated(gone.Round, null, Defect);
                break;
            case StepKind.Checkpoint:
                _checkpoint = null;
                CommitWhenAllowed();
                break;
            case StepKind.Round when IsOpen(gone.Round, gone.Attempt):
                // It cannot take its tasks back any more.
                _registry.Tell(new WithdrawWork([.. _state.InFlight.Select(task => new TaskKey(Run, TaskPurpose.Train, task.Value.Round, task.Value.Attempt, task.Key))]));
                RoundFailed(Defect, []);
                break;
        }
    }

    private void Route(object message)
    {
        var id = Offers.TaskOf(message)!;
        var step = id.Kind switch
        {
            TaskKind.Initialise => _state.IsInitialised || _standardises ? null : _preparation,
            TaskKind.Statistics => _standardises ? _preparation : null,
            TaskKind.Train => id.Round <= _state.Round && !Overlaps ? null : _round,
            TaskKind.Evaluate => id.Round <= int.MaxValue ? _evaluations.GetValueOrDefault((int)id.Round) : null,
            _ => null,
        };
        if (step is not null)
        {
            step.Forward(message);
            return;
        }
        var (reason, detail) = _state.Ended ? (Refusal.RoundClosed, $"Run {Run} is over.")
            : id.Round <= _state.Round && !IsInFlight(id) ? (Refusal.RoundClosed, $"Round {id.Round} is closed.")
            // The round may be about to begin again; what was made for it must not be given up.
            : _state.Phase == RunPhase.Running && _server is null ? (Refusal.NotActive, $"Run {Run} is being restored; try again.")
            : (Refusal.WrongRound, $"Round {id.Round} is not open.");
        Offers.Refuse(message, Sender, reason, detail);
    }

    private void StopWork()
    {
        EndStep(ref _preparation);
        _standardises = false;
        EndStep(ref _checkpoint);
        EndRound();
        foreach (var evaluation in _evaluations.Values) EndStep(evaluation);
        (_initialised, _ready, _aggregate, _server, _progress, _leftOut) = (null, null, null, null, null, []);
        _versions = ImmutableDictionary<int, ParameterVector>.Empty;
        _evaluations.Clear();
        _planned.Clear();
        Timers.CancelAll();
        _ledger.StopClock();
        _registry.Tell(new CloseRunWork(Run, MayGoOn: _state.Phase != RunPhase.Completed));
        _registry.Tell(UnsubscribeRoster.Instance);
        _parameters.RetireAll();
    }

    private void EnterEnd()
    {
        Become(Ended);
        SetReceiveTimeout(EndedIdle);
    }

    private IActorRef StartStep(Props props, string name, StepGone gone)
    {
        var step = Context.ActorOf(props, $"{name}-{++_stepsStarted}");
        Context.WatchWith(step, gone);
        return step;
    }

    private void EndRound()
    {
        if (_round is null) return;
        Context.Unwatch(_round);
        _round.Tell(Actors.EndRound.Instance);
        (_round, _plan) = (null, null);
    }

    private static void EndStep(ref IActorRef? step)
    {
        EndStep(step);
        step = null;
    }

    // A poison pill, not a stop: what was forwarded before still gets its answer.
    private static void EndStep(IActorRef? step)
    {
        if (step is null) return;
        Context.Unwatch(step);
        step.Tell(PoisonPill.Instance);
    }

    private void Reply() => Sender.Tell(new RunFound<RunSummary>(Summary()));

    private void Refuse(string what) => Sender.Tell(new RunRefused($"Run '{Run}' is {_state.Phase.ToString().ToLowerInvariant()} and {what}."));

    private void Notice(string sentence) => Tell(new() { Notice = sentence });

    private void Tell(RunEvent next)
    {
        next.Summary = Summary();
        _watchers.Tell(next);
    }

    private RunSummary Summary() => _ledger.Summary(_state, _roster);

    private RunDetails Details() => new()
    {
        Summary = Summary(),
        JobYaml = _id.Yaml,
        Rounds = { _ledger.RoundsInBrief },
        SetAside =
        {
            _state.Health.Lapses.Where(lapse => lapse.Value.UntilRound > _state.Round + 1)
                .Select(lapse => new SetAsideClient { Client = lapse.Key, Failures = (uint)lapse.Value.Failures, UntilRound = (uint)lapse.Value.UntilRound }),
        },
        Incidents = { _ledger.Incidents },
        Unusable = { _ledger.Unusable },
        KeptRounds = { _checkpoints.Kept.Select(kept => (uint)kept.Round) },
    };

    private bool IsInFlight(TaskId id) =>
        id.Kind == TaskKind.Train && _state.InFlight.TryGetValue(id.Client, out var task) && task.Round == id.Round && task.Attempt == id.Attempt;

    private bool IsOpen(int round, int attempt) => _round is not null && _plan is { } plan && plan.Round == round && plan.Attempt == attempt && round == _state.Round + 1;
}
