using Akka.Actor;
using Akka.Event;
using Federated.Core.Parameters;
using Federated.Core.Rounds;

namespace Federated.Coordinator.Actors;

/// <content>From the plan to the cohort's tasks.</content>
internal sealed partial class RoundActor
{
    private void Selecting()
    {
        Receive<Roster>(roster =>
        {
            _roster = roster;
            if (!_tasks.AreLocal) return;
            var minimum = _plan.Job.Federation.Cohort.Minimum;
            var rootIsHere = _root is null || roster.Clients.Contains(_root);
            if (roster.Clients.Count >= minimum && rootIsHere)
            {
                Select(roster.Clients, roster);
            }
            else if (roster.Workers > 0 && !Timers.IsTimerActive(Deadline.Instance))
            {
                Context.Parent.Tell(new StepNotice($"Round {_round.Round} waits for clients: {roster.Clients.Count} of at least {minimum} are attached{(rootIsHere ? "" : $", and client '{_root}', which federation.aggregation.root names, is not")}."));
                StartDeadline();
            }
        });
        Receive<Deadline>(_ => GiveUp($"fewer than {_round.Minimum} clients{(_root is null ? "" : $", or not client '{_root}',")} were attached when the deadline of {_plan.Job.Federation.Cohort.Deadline} passed."));
        Receive<OfferUpdate>(OnOffer);
        Common();
    }

    // The cohort is drawn and not durable yet.
    private void Opening(Cohort cohort)
    {
        Receive<CohortKept>(_ => Open(cohort));
        Receive<Roster>(roster => _roster = roster);
        Receive<OfferUpdate>(OnOffer);
        Common();
    }

    // What goes out is more than the model: it is made, and handed out by the run, before anybody is asked.
    private void Broadcasting(Cohort cohort)
    {
        Receive<ParameterVector>(broadcast => Context.Parent.Tell(new BroadcastMade(_round.Round, _round.Attempt, broadcast)));
        Receive<BroadcastHandedOut>(handedOut => Train(cohort, handedOut.Broadcast));
        Receive<Status.Failure>(failure =>
        {
            _log.Error(failure.Cause, "Run {0}, round {1}: making what its clients get failed.", _plan.Run, _round.Round);
            GiveUp($"making what its clients get failed: {failure.Cause.Message}");
        });
        Receive<Roster>(roster => _roster = roster);
        Receive<OfferUpdate>(OnOffer);
        Common();
    }

    private void Select(IEnumerable<string> clients, Roster roster)
    {
        Timers.Cancel(Deadline.Instance);
        var cohort = CohortSelection.Draw(_plan.Job.Federation.Cohort, _plan.Job.Seed, _round.Round, _round.Attempt, clients.Select(client => _tasks.CandidateOf(client, roster)), _plan.Health, _root);
        Become(() => Opening(cohort));
        Context.Parent.Tell(new CohortDrawn(_round.Round, _round.Attempt, cohort));
    }

    private void Open(Cohort cohort)
    {
        var (algorithm, server) = (_plan.Algorithm, _plan.Server);
        if (algorithm.BroadcastSchema(server.Parameters.Schema).Equals(server.Parameters.Schema))
        {
            Train(cohort, server.Parameters);
            return;
        }
        Become(() => Broadcasting(cohort));
        Task.Run(() => algorithm.Broadcast(server)).PipeTo(Self);
    }

    private void Train(Cohort cohort, ParameterVector broadcast)
    {
        _broadcast = broadcast;
        _round = _round.Select(cohort);
        Become(Training);
        _registry.Tell(new SubmitWork([.. _round.Cohort.Select(OrderOf)]));
        Reached(RunPoint.Training);
        LookForHomes();
        Proceed();
    }

    // A client whose state, or data, is with a worker that is not there waits for it. Where all of them do, no task that is assigned will start the clock.
    private void LookForHomes()
    {
        if (_roster.Workers == 0) return;
        if (_tasks.AreLocal)
        {
            // Those of a round that begins again wait for their workers.
            if (_plan.Reopened is not null && !_round.Missing.Any(_roster.Clients.Contains) && !Timers.IsTimerActive(Deadline.Instance)) StartDeadline();
            return;
        }
        var absent = _tasks.AbsentHomes(_round.Missing, _roster);
        if (absent.Length == 0) return;
        if (!_waits)
        {
            _waits = true;
            var names = string.Join(", ", absent.Distinct().Order(StringComparer.Ordinal).Select(name => $"'{name}'"));
            Context.Parent.Tell(new StepNotice($"Round {_round.Round} waits for workers that are not attached and have the states of {absent.Length} of its clients: {names}."));
        }
        if (absent.Length == _round.Missing.Count() && !Timers.IsTimerActive(Deadline.Instance)) StartDeadline();
    }

    private TaskOrder OrderOf(string client) => _tasks.OrderOf(client, _broadcast!, _clients.Refusers(client));

    // A worker that refuses says nothing of the client: others are asked, until one is asked again that has refused.
    public bool AskAnother(string client, string reason)
    {
        if (_tasks.AreLocal || _tasks.HomeOf(client).Length > 0 || _round.Phase != RoundPhase.Training || !_clients.Refuse(client, reason)) return false;
        // Withdrawn, not done: nobody holds a result.
        _registry.Tell(new WithdrawWork([_tasks.KeyOf(client)]));
        _registry.Tell(new SubmitWork([OrderOf(client)]));
        return true;
    }
}
