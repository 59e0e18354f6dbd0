using Akka.Actor;
using Akka.Event;
using Federated.Coordinator.Journal;
using Federated.Core.Algorithms;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Actors;

// What is durable, and how a run goes on from it.
internal sealed partial class RunActor
{
    private void OnRecovered()
    {
        if (LastSequenceNr != _recovered)
        {
            Context.Parent.Tell(new RunInterrupted(Run, JournalDamage.Missing(_recovered + 1, LastSequenceNr), Damaged: true));
            Context.Stop(Self);
            return;
        }
        if (_epoch > _id.Epoch)
        {
            Context.Parent.Tell(new RunFenced(Run, _epoch));
            return;
        }
        if (LastSequenceNr == 0)
        {
            Record(new() { Submitted = new() { JobYaml = _id.Yaml, UnixMs = _id.SubmittedUnixMs } }, () => { });
            return;
        }
        switch (_state.Phase)
        {
            case RunPhase.Running:
                _log.Info("Run {0} goes on after round {1}.", Run, _state.Round);
                Record(new() { TakenOver = new() { Node = _settings.TransferAddress() } }, BeginWork);
                return;
            case RunPhase.Paused:
                Become(Paused);
                break;
            case not RunPhase.Queued:
                EnterEnd();
                break;
        }
        Context.Parent.Tell(new RunChanged(Summary()));
    }

    /// <summary>Makes an entry durable, then takes it in and does what follows from it. Other messages wait meanwhile.</summary>
    private void Record(RunEntry entry, Action then)
    {
        (entry.Version, entry.Epoch, entry.WallSeconds) = (JournalSerializer.Version, _id.Epoch, _ledger.WallSeconds);
        // What cannot follow is a defect, and must be found before it is in the journal for good.
        if (RunEntries.ToChange(entry) is { } change) _ = _state.Apply(change);
        Persist(entry, durable =>
        {
            var dropped = Apply(durable);
            Context.Parent.Tell(new RunChanged(Summary()));
            then();
            if (dropped.Count > 0) DeleteCheckpoints(dropped);
            if (!_history.IsLong) return;
            SaveSnapshot(_history.ToSnapshot());
            _history.Snapshot();
        });
    }

    private IReadOnlyCollection<string> Apply(RunEntry entry)
    {
        _epoch = Math.Max(_epoch, entry.Epoch);
        _history.Add(entry, _state);
        if (RunEntries.ToChange(entry) is { } change) _state = _state.Apply(change);
        _ledger.Apply(entry);
        var dropped = _checkpoints.Apply(entry);
        if (entry.EventCase == RunEntry.EventOneofCase.RoundKept && entry.RoundKept.Homes.Count > 0)
        {
            _state = _state.ForgetHomes([.. _checkpoints.Rounds]);
            _history.KeepHomes(_state.Homes);
        }
        return dropped;
    }

    private void BeginWork()
    {
        _ledger.StartClock();
        _registry.Tell(new OpenRunWork(Run, _id.Yaml));
        _registry.Tell(SubscribeRoster.Instance);
        if (_state.IsInitialised) Restore();
        else Initialise();
    }

    private void Initialise()
    {
        _standardises = false;
        _preparation = StartStep(InitialiseActor.Props(new(Run, Job, _algorithm), _registry), "initialise", new StepGone(StepKind.Initialise));
        _preparation.Tell(_roster);
        Become(Initialising);
    }

    private void Standardise(RunInitialised initialised)
    {
        _standardises = true;
        _preparation = StartStep(StatisticsActor.Props(new(Run, Job, _algorithm, initialised), _registry), "statistics", new StepGone(StepKind.Statistics));
        _preparation.Tell(_roster);
    }

    private void Restore()
    {
        var started = _state.InFlight.Values.Select(task => task.Round - 1);
        var plan = new RestorePlan(Run, _checkpoints.Kept, _state.Unmeasured.Union(started), _settings.Checkpoints);
        _preparation = StartStep(RestoreActor.Props(plan), "restore", new StepGone(StepKind.Restore));
        Become(Restoring);
    }

    private void OnRestored(Restored restored)
    {
        EndStep(ref _preparation);
        foreach (var damage in restored.Damage)
        {
            _log.Error("Run {0}: a checkpoint is lost: {1}", Run, damage);
            Notice($"A checkpoint is lost: {damage}");
        }
        var damaged = string.Join(" ", restored.Damage);
        if (restored.Server is not { } server)
        {
            // Perhaps a folder that is not mounted: what is in it must not be thrown away.
            End(new() { Failed = new() { Reason = $"No checkpoint of the run can be read: {damaged} When they can be read again, `federated retry {Run}` goes on." } });
        }
        else if (server.Round == _state.Round)
        {
            GoOn(restored, server);
        }
        else
        {
            var back = new RunEntry.Types.RolledBack { Round = (uint)server.Round, ParametersSha256 = server.Parameters.Hash, Reason = damaged };
            Record(new() { RolledBack = back }, () =>
            {
                Notice($"The run goes on after round {back.Round}.");
                GoOn(restored, server);
            });
        }
    }

    private void GoOn(Restored restored, ServerState server)
    {
        _server = server;
        var unmeasured = _state.Unmeasured.Where(round => round != server.Round && restored.Earlier.ContainsKey(round)).ToArray();
        foreach (var round in unmeasured) _parameters.Publish(restored.Earlier[round], round, measured: true);
        _parameters.Publish(server.Parameters, server.Round, _state.Unmeasured.Contains(server.Round));
        if (Overlaps)
        {
            _versions = restored.Earlier;
            KeepVersions(server.Round, server.Parameters);
        }
        _registry.Tell(Committed(server.Round, (int)(_ledger.Find(server.Round)?.Attempts ?? 0)));
        Become(Running);
        SweepCheckpoints();
        foreach (var round in _state.Unmeasured)
        {
            if (restored.Earlier.TryGetValue(round, out var parameters)) PlanEvaluation(round, parameters);
            else JournalEvaluation(round, null, "its checkpoint is lost.");
        }
        // A rule that looks at evaluations waits for them, so they go first.
        if (Job.Stop.LooksAtEvaluations) BeginEvaluations();
        if (_state.OpenCohort is not null && IsMasked) AbandonMasked();
        else if (_state.OpenCohort is not null && Job.Privacy.Differential.KeepsFigures) FailReopened();
        else if (_state.OpenCohort is { } cohort) OpenRound(_state.Round + 1, _state.OpenAttempt, cohort);
        else Advance();
        if (_round is null) BeginEvaluations();
    }

    // Clients that are asked again for what they may have sent already would add other noise, and so tell twice as much: an attempt of its own, which counts.
    private void FailReopened() => Excuse("it was interrupted, and clients add fresh noise each time they are asked.", _ => Advance());

    // The open attempt cannot be taken up again, and that says nothing of its clients.
    private void Excuse(string reason, Action<RunEntry.Types.AttemptFailed> then)
    {
        var failed = new RunEntry.Types.AttemptFailed { Round = (uint)_state.Round + 1, Attempt = (uint)_state.OpenAttempt, Reason = reason, Excused = true };
        Record(new() { AttemptFailed = failed }, () => then(failed));
    }

    private void JournalEvaluation(int round, EvaluationResult? result, string problem) =>
        Record(new() { Evaluated = RunEntries.Evaluated(round, result) }, () =>
        {
            if (result is null) Notice($"The model of round {round} could not be measured: {problem}");
            else if (_ledger.Find(round) is { } report) Tell(new() { Round = report });
            if (result is not null && Job.Stop.Metric is { } metric && result.Whole.Value(metric) is null)
                Notice($"The evaluation of round {round} has no figure {metric}, which stop.metric asks for: it does not count for the stop rule.");
            _parameters.Measured(round);
            // First, for it may end the run with this round's model; then a later round need not be committed any more.
            Advance();
            if (!_state.Ended && !_ending) CommitWhenAllowed();
        });

    private void KeepState(ServerState server) => _checkpoint = StartStep(
        CheckpointActor.Props(new(Run, _id.Epoch, server, _settings.Checkpoints, ReachedIn(server.Round))), "checkpoint", new StepGone(StepKind.Checkpoint));

    private Action<RunPoint> ReachedIn(int round)
    {
        var reached = _settings.Reached;
        return point => reached(point, round);
    }

    // Files that stay although nobody needs them cost room and nothing else.
    private void DeleteCheckpoints(IReadOnlyCollection<string> names) =>
        _ = LogFailureAsync(Task.Run(() => _settings.Checkpoints.DeleteAsync(Run, names, CancellationToken.None)), "old checkpoints could not be deleted");

    private void SweepCheckpoints()
    {
        var (kept, epoch) = (_checkpoints.Kept.Select(kept => kept.Checkpoint.Name).ToArray(), _id.Epoch);
        _ = LogFailureAsync(Task.Run(() => _settings.Checkpoints.SweepAsync(Run, epoch, kept, CancellationToken.None)), "left-over checkpoints could not be deleted");
    }

    private async Task LogFailureAsync(Task work, string what)
    {
        var (log, run) = (_log, Run);
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (work.Exception?.InnerException is { } error) log.Warning("Run {0}: {1}: {2}", run, what, error.Message);
    }
}
