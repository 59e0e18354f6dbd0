using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <content>Versions: opened, filled, made, and followed by the next.</content>
internal sealed partial class BufferedActor
{
    // The run has committed the round and goes on with the next one.
    private void OnNext(RoundPlan plan)
    {
        var before = _state.Training;
        (_plan, _state) = (plan, _state.Commit());
        foreach (var (client, task) in before.RemoveRange(_state.Training.Keys))
        {
            Timers.Cancel(new ClientDeadline(client, task));
            _clients.Forget(client);
        }
        Timers.Cancel(Deadline.Instance);
        (_opened, _selected) = (false, false);
        if (!IsLocal) Know(plan.Clients.Select(client => client.Id));
        Reached(RunPoint.Selecting);
        Select();
    }

    // With placement local the clients that are there decide whether it can begin.
    private void Wait(Roster roster)
    {
        if (_known.Length >= Cohort.Minimum || !_state.Training.IsEmpty)
        {
            Select();
        }
        else if (roster.Workers > 0 && !Timers.IsTimerActive(Deadline.Instance))
        {
            Context.Parent.Tell(new StepNotice($"Round {_state.Round} waits for clients: {_known.Length} of at least {Cohort.Minimum} are attached."));
            StartTimer(Deadline.Instance);
        }
    }

    private void Select()
    {
        if (_selected || (IsLocal && _known.Length < Cohort.Minimum && _state.Training.IsEmpty)) return;
        Timers.Cancel(Deadline.Instance);
        _selected = true;
        var (job, population) = (_plan.Job, Math.Max(_known.Length, 1));
        Cohort cohort;
        if (_state.Refills)
        {
            var drawn = _state.Draw(job.Seed, _known, _plan.Health);
            cohort = new(drawn, Math.Max(1, drawn.Length), Math.Max(population, drawn.Length));
            _state = _state with { Population = population };
        }
        else
        {
            var candidates = (_known.Length > 0 ? _known : _state.Training.Keys).Select(client => _plan.CandidateOf(client, _sizes, _roster));
            cohort = CohortSelection.Draw(Cohort, job.Seed, _state.Round, _state.Attempt, candidates, _plan.Health, busy: _state.Busy);
            _state = _state.Select(cohort);
        }
        _state = _state.WillAsk(cohort.Clients);
        Context.Parent.Tell(new CohortDrawn(_state.Round, _state.Attempt, cohort));
    }

    // What was drawn is durable.
    private void OnKept()
    {
        var asked = _state.Drawn;
        _state = _state.Ask();
        Submit(_state.Training.Where(task => asked.Contains(task.Key)), patient: false);
        if (!_opened)
        {
            _opened = true;
            Reached(RunPoint.Training);
            // Where nobody new is asked no task starts the clock.
            if (!_state.Refills && asked.IsEmpty) StartTimer(Deadline.Instance);
        }
        Proceed();
    }

    // After every change.
    private void Proceed()
    {
        if (_opened) Refill();
        FoldNext();
        Context.Parent.Tell(new StepProgress(_state.Round, _state.Attempt, _opened ? Phase : RoundActor.SelectingPhase, _state.Sealed ? 1 : _state.Accepted.Count, Wanted()));
        // While nobody is attached who could be asked, nothing is over.
        if (!_opened || _known.IsEmpty) return;
        var decision = _state.Decide();
        if (decision.Verdict == RoundVerdict.Close) Make();
        else if (decision.Verdict == RoundVerdict.Fail) GiveUp(decision.Reason);
    }

    // One draw at a time waits for the journal; places that become free meanwhile are in the next.
    private void Refill()
    {
        if (!_state.Refills || !_state.Drawn.IsEmpty) return;
        var drawn = _state.Draw(_plan.Job.Seed, _known, _plan.Health);
        if (drawn.IsEmpty) return;
        _state = _state.WillAsk(drawn);
        Context.Parent.Tell(new ClientsDrawn(_state.Round, _state.Attempt, drawn));
    }

    private int Wanted() => _state.Sealed ? 1 : _plan.Job.Federation.Mode switch
    {
        FederationMode.FedAsync => 1,
        FederationMode.FedBuff => _plan.Job.Federation.Asynchronous.Buffer,
        _ => Math.Max(_state.Wanted, Cohort.Minimum),
    };

    private void FoldNext()
    {
        if (_aggregating || _queue.IsBusy) return;
        foreach (var (stale, sender) in _queue.TakeOut(header => BufferState.IsTooStale(_plan.Job.Federation, _state.Folding[header.Id.Client], _state.Target)))
        {
            var id = stale.Header.Id;
            var refused = new RefusedOffer(Refusal.TooStale, TooStale(id.Round));
            _clients.Note(id, refused);
            Offers.Refuse(stale, sender, refused.Reason, refused.Detail);
            _registry.Tell(new WorkDone(KeyOf(id.Client, _state.Folding[id.Client])));
            _clients.Forget(id.Client);
            _state = _state.Drop(id.Client);
        }
        if (!_state.HasRoom) return;
        // As old as they are now: what fills does not become a version while they are added.
        var state = _state;
        _queue.FoldNext(Self, state.Room, header => WeightOf(state, header));
    }

    // The buffer becomes the change of the newest version.
    private void Make()
    {
        Timers.Cancel(Deadline.Instance);
        Reached(RunPoint.Aggregating);
        var (aggregate, algorithm, rule, server, versions) = (_aggregate, _plan.Algorithm, _rule, _plan.Server, _plan.Versions);
        var facts = new RoundFacts(_state.Accepted, Math.Max(_state.Population, _state.Accepted.Count));
        (_made, _aggregating) = (_state, true);
        Task.Run(() =>
        {
            var values = new float[aggregate.Length];
            aggregate.Aggregate(values, server.Round + 1);
            aggregate.Clear();
            rule.Finish(values, [.. facts.Updates.Values], server.Parameters.Values.Span, staleness => versions[server.Round - staleness]);
            return algorithm.Apply(server, values, facts);
        }).PipeTo(Self, success: next => new Aggregated(next, Error: null), failure: error => new Aggregated(Server: null, error));
        _state = _state.Seal();
    }

    private void OnAggregated(Aggregated done)
    {
        _aggregating = false;
        if (done.Server is null)
        {
            _log.Error(done.Error, "Run {0}, round {1}: aggregating failed.", _plan.Run, _state.Round);
            GiveUp($"aggregating failed: {done.Error?.Message}");
            return;
        }
        Context.Parent.Tell(new RoundReady(_made!.AsRound(), done.Server, _clients.TakeProblems()) { Settled = _made.Settled });
        Proceed();
    }

    private void GiveUp(string reason)
    {
        _log.Warning("Run {0}, round {1}, attempt {2} failed: {3}", _plan.Run, _state.Round, _state.Attempt, reason);
        Timers.CancelAll();
        _queue.RefuseWaiting(Refusal.RoundClosed, Closed());
        Withdraw(_state.Training.Keys);
        _failure = reason;
        Become(Failed);
        Context.Parent.Tell(new RoundGaveUp(_state.Round, _state.Attempt, reason, _clients.Problems, [.. _state.Failures.Keys]));
    }

    private void Submit(IEnumerable<KeyValuePair<string, FlightTask>> tasks, bool patient)
    {
        var orders = tasks.Select(task => OrderOf(task.Key, task.Value, patient)).ToImmutableArray();
        if (!orders.IsEmpty) _registry.Tell(new SubmitWork(orders));
    }

    private TaskOrder OrderOf(string client, FlightTask task, bool patient)
    {
        var parameters = task.Round == _plan.Round ? _plan.Server.Parameters : _plan.Versions[task.Round - 1];
        var reference = new ParametersRef { Sha256 = parameters.Hash, SchemaHash = parameters.Schema.Hash, Count = (ulong)parameters.Schema.Count };
        return new(new(KeyOf(client, task), _sizes.GetValueOrDefault(client)) { Local = IsLocal, Patient = IsLocal && patient, Avoid = _clients.Refusers(client) }, reference);
    }

    private void Withdraw(IEnumerable<string> clients)
    {
        var open = clients.Select(client => KeyOf(client, _state.Training[client])).ToImmutableArray();
        if (!open.IsEmpty) _registry.Tell(new WithdrawWork(open));
    }
}
