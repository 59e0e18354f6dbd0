using System.Collections.Immutable;
using Akka.Actor;
using Federated.Coordinator.Journal;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Parameters;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>Rounds: opened, committed once their checkpoint is kept, or failed, and the evaluations that follow them.</summary>
internal sealed partial class RunActor
{
    private void Advance()
    {
        var decision = _state.Next(Job);
        switch (decision.Step)
        {
            // One that is drawing its cohort is not in the journal yet. Where rounds overlap, their actor lives on and waits for the next plan.
            case RunStep.OpenRound when _round is null || _plan!.Round < decision.Round:
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
        var aggregate = IsMasked ? null : (_round is null ? _aggregate : _plan!.Aggregate) ?? UpdateAggregates.Create(Job, _algorithm.UpdateSchema(server.Parameters.Schema).Count, Environment.ProcessorCount);
        if (aggregate is not null) ServerRound.Open(aggregate, server, _state.Privacy.NextLeaf);
        _plan = new(Run, Job, round, attempt, server, _algorithm, _state.Clients, aggregate, _state.Health)
        {
            Reopened = reopened,
            Goal = _state.Goal,
            Records = _state.Records,
            Homes = AlgorithmCatalog.Find(Job.Federation.Algorithm.Name).KeepsClientState ? _state.Homes : null,
            InFlight = _state.InFlight,
            HadTurn = _state.Privacy.HadTurn,
            Versions = _versions,
            Reached = ReachedIn(round),
        };
        _aggregate = null;
        var gone = new StepGone(StepKind.Round, round, attempt);
        if (_round is not null)
        {
            Context.Unwatch(_round);
            Context.WatchWith(_round, gone);
            _round.Tell(_plan);
            return;
        }
        var props = Overlaps ? BufferedActor.Props(_plan, _registry) : IsMasked ? MaskedRoundActor.Props(_plan, _registry, _settings.Secrets) : RoundActor.Props(_plan, _registry);
        _round = StartStep(props, "round", gone);
        _round.Tell(_roster);
    }

    private void CommitWhenAllowed()
    {
        if (_ready is { } ready && _checkpoint is null && _state.MayCommit(Job)) KeepState(ready.Server);
    }

    private void OnKept(CheckpointKept kept)
    {
        if (_ready is not { } ready || !ReferenceEquals(ready.Server, kept.Server))
        {
            EndStep(ref _checkpoint);
            return;
        }
        if (_privacy is not { } plan)
        {
            Commit(ready, kept.Checkpoint, privacy: null);
            return;
        }
        // An accountant may compute for long. The checkpoint's step stays meanwhile, so that no other begins.
        var (state, server) = (_state, _server!);
        Task.Run(() => RoundCost.Of(plan, ready, state, server)).PipeTo(Self,
            success: cost => new Reckoned(ready, kept.Checkpoint, cost, ""), failure: error => new Reckoned(ready, kept.Checkpoint, null, error.Message));
    }

    private void OnReckoned(Reckoned reckoned)
    {
        if (!ReferenceEquals(_ready, reckoned.Ready)) return;
        if (reckoned.Cost is { } cost) Commit(reckoned.Ready, reckoned.Checkpoint, cost);
        else RoundFailed($"what it costs of privacy cannot be reckoned: {reckoned.Error}", []);
    }

    private void Commit(RoundReady ready, Checkpoint checkpoint, RoundCost? privacy)
    {
        EndStep(ref _checkpoint);
        var round = ready.Round.Round;
        var measured = RunState.IsEvaluated(Job, round);
        var entry = new RunEntry.Types.RoundKept
        {
            Report = _ledger.Report(ready, _state, privacy),
            Released = privacy?.Released ?? "",
            Sizes = { privacy?.Sizes ?? [] },
            Checkpoint = checkpoint,
            Measured = measured,
            FailedClients = { ready.Round.Failed },
            Records = { RunEntries.Records(Job.Federation.Cohort.Selection.Kind, ready.Round.Accepted) },
            Homes = { RunEntries.Homes(ready.Homes) },
        };
        var asked = _state.InFlight;
        if (Overlaps)
        {
            RunEntries.SetInFlight(entry, GoingOn(ready));
            entry.Recovered = new() { Clients = { _state.Health.Lapses.Keys.Where(ready.Round.Accepted.ContainsKey) } };
        }
        Record(new() { RoundKept = entry }, () =>
        {
            _plan!.Reached(RunPoint.Journalled);
            (_server, _ready) = (ready.Server, null);
            _parameters.Publish(_server.Parameters, round, measured);
            if (Overlaps) KeepVersions(round, ready.Server.Parameters);
            if (!Overlaps || round == Job.Federation.Rounds) EndRound();
            _registry.Tell(Committed(round, ready.Round.Attempt) with { Settled = KeysOf(asked.RemoveRange(_state.InFlight.Keys)) });
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

    // Tasks that a round does not settle, for they train or wait for a later version, and are not too old for it.
    private ImmutableSortedDictionary<string, FlightTask> GoingOn(RoundReady ready) => _state.InFlight.RemoveRange(_state.InFlight
        .Where(task => ready.Settled.Contains(task.Key) || BufferState.IsTooStale(Job.Federation, task.Value, ready.Round.Round + 1)).Select(task => task.Key));

    private void KeepVersions(int round, ParameterVector newest)
    {
        var started = _state.InFlight.Values.Select(task => task.Round - 1).ToHashSet();
        _versions = _versions.SetItem(round, newest);
        _versions = _versions.RemoveRange(_versions.Keys.Where(version => version != round && !started.Contains(version)));
        _parameters.PublishStarted(_versions);
    }

    private AnnounceCommit Committed(int round, int attempt) =>
        new(Run, round, attempt) { Restorable = [.. _checkpoints.Rounds], WantedFrom = Overlaps ? _state.InFlight.Values.Select(task => task.Round).Append(round + 1).Min() : 0 };

    private ImmutableArray<TaskKey> KeysOf(IEnumerable<KeyValuePair<string, FlightTask>> tasks) =>
        Overlaps ? [.. tasks.Select(task => new TaskKey(Run, TaskPurpose.Train, task.Value.Round, task.Value.Attempt, task.Key))] : [];

    private void RoundFailed(string reason, ImmutableArray<string> failedClients)
    {
        var (round, attempt) = (_plan!.Round, _plan.Attempt);
        EndRound();
        EndStep(ref _checkpoint);
        _ready = null;
        var failed = new RunEntry.Types.AttemptFailed { Round = (uint)round, Attempt = (uint)attempt, Reason = reason, FailedClients = { failedClients } };
        if (Overlaps) failed.Recovered = new();
        Record(new() { AttemptFailed = failed }, () =>
        {
            BeginEvaluations();
            Notice($"Attempt {attempt} of round {round} failed: {reason}");
            Advance();
        });
    }

    // What the clients of a masked attempt know of each other's masks, and what they had told the actor that is gone, is of no use to another one.
    private void AbandonMasked() => Excuse("the coordinator that had it is gone, and a masked attempt does not go on without it.", failed =>
    {
        Notice($"Attempt {failed.Attempt} of round {failed.Round} is given up: {failed.Reason} The next one has fresh keys.");
        Advance();
        if (_round is null) BeginEvaluations();
    });

    private void OnEvaluated(int round, EvaluationResult? result, string problem)
    {
        if (!_evaluations.Remove(round, out var step)) return;
        EndStep(step);
        JournalEvaluation(round, result, problem);
    }
}
