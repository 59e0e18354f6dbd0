using Akka.Actor;
using Akka.Event;
using Federated.Core.Aggregation;
using Federated.Core.Parameters;
using Federated.Core.Rounds;
using Federated.V1;
using Status = Akka.Actor.Status;

namespace Federated.Coordinator.Actors;

/// <summary>What every attempt of a round with a cohort has in common: Selecting, Opening, Broadcasting, then Training, and the answers to those who report. What follows from an update, and how the attempt ends, is for the kind of round.</summary>
internal abstract class CohortActor : ReceiveActor, IWithTimers, ITakesUpdates
{
    private readonly string? _root;
    private ParameterVector? _broadcast;
    private bool _waits;

    protected CohortActor(RoundPlan plan, IActorRef registry)
    {
        (Plan, Registry, Tasks) = (plan, registry, new(plan));
        _root = new AggregationFit(plan.Job.Federation.Aggregation).Root;
        Round = new RoundState { Round = plan.Round, Attempt = plan.Attempt, Minimum = CohortSelection.Minimum(plan.Job), Required = _root };
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected ILoggingAdapter Log { get; } = Context.GetLogger();

    protected RoundPlan Plan { get; }

    protected IActorRef Registry { get; }

    protected RoundTasks Tasks { get; }

    protected RoundClients Clients { get; } = new();

    protected Roster Roster { get; set; } = Roster.Unknown;

    /// <value>The attempt as reports speak of it.</value>
    protected RoundState Round { get; set; }

    /// <value>Clients that training still waits for.</value>
    protected virtual IEnumerable<string> Missing => Round.Missing;

    // Of clients, in sentences.
    private string WithTurn => Plan.HadTurn.IsEmpty ? "" : " that have not had their turn in this tree (privacy.differential.tree)";

    protected override void PreStart()
    {
        // Not in the constructor: what a kind of round answers with is made in its own.
        Become(Selecting);
        Progress(0, 0);
        Reached(RunPoint.Selecting);
        if (Plan.Reopened is { } cohort) Open(cohort);
        else if (!Tasks.AreLocal) Select(Plan.Clients.Select(client => client.Id), Roster.Nobody);
    }

    /// <summary>The state in which clients train.</summary>
    protected abstract void Training();

    /// <summary>What is understood in every state.</summary>
    protected abstract void Common();

    /// <summary>The cohort is drawn and about to be asked.</summary>
    /// <returns>Null, or why there can be no round with it, as the middle of a sentence.</returns>
    protected virtual string? Selected(Cohort cohort)
    {
        Round = Round.Select(cohort);
        return null;
    }

    /// <summary>What a client's task says beyond the usual.</summary>
    protected virtual TaskOrder OrderOf(string client) => Tasks.OrderOf(client, _broadcast!, Clients.Refusers(client));

    /// <summary>Decides, after every change while training.</summary>
    protected abstract void Proceed();

    /// <summary>The attempt is over without a result.</summary>
    /// <param name="reason">The middle of a sentence.</param>
    protected abstract void GiveUp(string reason);

    public abstract RefusedOffer? WhyNot(TaskId id, ulong examples);

    public abstract void ClientFailed(string client, Refusal refused, string reason);

    private void Selecting()
    {
        Receive<Roster>(roster =>
        {
            Roster = roster;
            if (!Tasks.AreLocal) return;
            var minimum = Plan.Job.Federation.Cohort.Minimum;
            var rootIsHere = _root is null || roster.Clients.Contains(_root);
            var free = roster.Clients.Count(client => !Plan.HadTurn.Contains(client));
            if (free >= minimum && rootIsHere)
            {
                Select(roster.Clients, roster);
            }
            else if (roster.Workers > 0 && !Timers.IsTimerActive(Deadline.Instance))
            {
                Context.Parent.Tell(new StepNotice($"Round {Round.Round} waits for clients: {free} of at least {minimum}{WithTurn} are attached{(rootIsHere ? "" : $", and client '{_root}', which federation.aggregation.root names, is not")}."));
                StartDeadline();
            }
        });
        Receive<Deadline>(_ => GiveUp($"fewer than {Round.Minimum} clients{WithTurn}{(_root is null ? "" : $", or not client '{_root}',")} were attached when the deadline of {Plan.Job.Federation.Cohort.Deadline} passed."));
        Common();
    }

    // The cohort is drawn and not durable yet.
    private void Opening(Cohort cohort)
    {
        Receive<CohortKept>(_ => Open(cohort));
        Receive<Roster>(roster => Roster = roster);
        Common();
    }

    // What goes out is more than the model: it is made, and handed out by the run, before anybody is asked.
    private void Broadcasting(Cohort cohort)
    {
        Receive<ParameterVector>(broadcast => Context.Parent.Tell(new BroadcastMade(Round.Round, Round.Attempt, broadcast)));
        Receive<BroadcastHandedOut>(handedOut => Train(cohort, handedOut.Broadcast));
        Receive<Status.Failure>(failure =>
        {
            Log.Error(failure.Cause, "Run {0}, round {1}: making what its clients get failed.", Plan.Run, Round.Round);
            GiveUp($"making what its clients get failed: {failure.Cause.Message}");
        });
        Receive<Roster>(roster => Roster = roster);
        Common();
    }

    private void Select(IEnumerable<string> clients, Roster roster)
    {
        Timers.Cancel(Deadline.Instance);
        var cohort = CohortSelection.Draw(Plan.Job, Round.Round, Round.Attempt, clients.Select(client => Tasks.CandidateOf(client, roster)), Plan.Health, _root, Plan.Secret, Plan.HadTurn);
        if (cohort.Clients.IsEmpty && !Plan.HadTurn.IsEmpty)
        {
            GiveUp($"all {cohort.Of} clients have had their turn in this tree; lower privacy.differential.tree.restart_every or federation.cohort.fraction.");
            return;
        }
        Become(() => Opening(cohort));
        Context.Parent.Tell(new CohortDrawn(Round.Round, Round.Attempt, cohort));
    }

    private void Open(Cohort cohort)
    {
        var (algorithm, server) = (Plan.Algorithm, Plan.Server);
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
        if (Selected(cohort) is { } impossible)
        {
            GiveUp(impossible);
            return;
        }
        Become(Training);
        Registry.Tell(new SubmitWork([.. Round.Cohort.Select(OrderOf)]));
        Reached(RunPoint.Training);
        LookForHomes();
        Proceed();
    }

    // A client whose state, or data, is with a worker that is not there waits for it. Where all of them do, no task that is assigned will start the clock.
    protected void LookForHomes()
    {
        if (Roster.Workers == 0) return;
        if (Tasks.AreLocal)
        {
            // Those of a round that begins again wait for their workers.
            if (Plan.Reopened is not null && !Missing.Any(Roster.Clients.Contains) && !Timers.IsTimerActive(Deadline.Instance)) StartDeadline();
            return;
        }
        var absent = Tasks.AbsentHomes(Missing, Roster);
        if (absent.Length == 0) return;
        if (!_waits)
        {
            _waits = true;
            var names = string.Join(", ", absent.Distinct().Order(StringComparer.Ordinal).Select(name => $"'{name}'"));
            Context.Parent.Tell(new StepNotice($"Round {Round.Round} waits for workers that are not attached and have the states of {absent.Length} of its clients: {names}."));
        }
        if (absent.Length == Missing.Count() && !Timers.IsTimerActive(Deadline.Instance)) StartDeadline();
    }

    // A worker that refuses says nothing of the client: others are asked, until one is asked again that has refused.
    public bool AskAnother(string client, string reason)
    {
        if (Tasks.AreLocal || Tasks.HomeOf(client).Length > 0 || Round.Phase != RoundPhase.Training || !Clients.Refuse(client, reason)) return false;
        // Withdrawn, not done: nobody holds a result.
        Registry.Tell(new WithdrawWork([Tasks.KeyOf(client)]));
        Registry.Tell(new SubmitWork([OrderOf(client)]));
        return true;
    }

    protected void Reached(RunPoint point) => Plan.Reached(point);

    protected void StartDeadline() => Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, Plan.Job.Federation.Cohort.Deadline);

    protected void Progress(int done, int of) => Progress(Round.Phase.ToString().ToLowerInvariant(), done, of);

    protected void Progress(string phase, int done, int of) => Context.Parent.Tell(new StepProgress(Round.Round, Round.Attempt, phase, done, of));

    /// <summary>The time for what is being done has passed.</summary>
    protected sealed class Deadline
    {
        public static readonly Deadline Instance = new();
    }
}
