using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Algorithms.Asynchronous;
using Federated.Core.Jobs;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>The rounds of a run in which versions of the model overlap: Working, or Failed. It is the synchronous round's peer: it says to the run what that says, a round being a version, but lives on from
/// one round to the next, for its clients do. After a commit the run sends the next round's plan; until then updates go into the buffer after the one that is being made a version.
/// What is decided is BufferState's; this actor adds updates, keeps deadlines and talks.</summary>
internal sealed partial class BufferedActor : ReceiveActor, IWithTimers, ITakesUpdates
{
    private const string Phase = "training";

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IActorRef _registry;
    private readonly IUpdateAggregate _aggregate;
    private readonly UpdateQueue _queue;
    private readonly RoundClients _clients = new();
    private readonly UpdateIntake _intake;
    private readonly ImmutableDictionary<string, long> _sizes;
    private readonly IVersionRule _rule;
    private RoundPlan _plan;
    private BufferState _state;
    private BufferState? _made;  // the state whose buffer is being made a version
    private ImmutableArray<string> _known = [];   // who can be asked
    private Roster _roster = Roster.Nobody;
    private bool _opened;        // the round is in the journal
    private bool _selected;      // it will be, or is
    private bool _aggregating;   // the aggregate is not to be added to
    private bool _ended;
    private string _failure = "";   // why it gave up

    public BufferedActor(RoundPlan plan, IActorRef registry)
    {
        (_plan, _registry, _aggregate) = (plan, registry, plan.Aggregate!);
        _sizes = plan.Clients.ToImmutableDictionary(client => client.Id, client => client.Examples, StringComparer.Ordinal);
        _intake = new(this, _clients, new(plan.Algorithm.UpdateSchema(plan.Server.Parameters.Schema))) { SizeOf = client => _sizes.GetValueOrDefault(client), Lacks = header => Offers.LacksTraining(plan.Job, header) };
        _rule = IVersionRule.Of(plan.Job.Federation);
        _queue = new(_aggregate, plan.Algorithm);
        _state = new BufferState { Spec = plan.Job.Federation, Round = plan.Round, Attempt = plan.Attempt }.Resume(Asked(plan));
        if (!IsLocal) Know(plan.Clients.Select(client => client.Id));
        Become(Working);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private bool IsLocal => _plan.Job.Data.Placement == Placement.Local;

    private CohortSpec Cohort => _plan.Job.Federation.Cohort;

    public static Props Props(RoundPlan plan, IActorRef registry) => Akka.Actor.Props.Create(() => new BufferedActor(plan, registry));

    protected override void PreStart()
    {
        Reached(RunPoint.Selecting);
        if (_plan.Reopened is { } cohort)
        {
            // In the modes without rounds there is no cohort: the round says in the end whose updates it has.
            _state = (_state.Refills ? _state : _state.Select(cohort)) with { Population = Math.Max(cohort.Of, _known.Length) };
            (_opened, _selected) = (true, true);
        }
        // Those that hold a result send it again.
        Submit(_state.Training, patient: true);
        Proceed();
        Select();
    }

    protected override void PostStop()
    {
        var (reason, detail) = _ended ? (Refusal.RoundClosed, "The run wants no more updates.") : (Refusal.NotActive, "The round begins again; try again.");
        _queue.RefuseAll(reason, detail);
    }

    private void Working()
    {
        Receive<Roster>(roster =>
        {
            if (!IsLocal) return;
            _roster = roster;
            Know(roster.Clients);
            if (roster.Workers > 0) StartClocksOfAbsent(roster);
            if (_selected) Proceed();
            else Wait(roster);
        });
        Receive<CohortKept>(_ => OnKept());
        Receive<RoundPlan>(OnNext);
        Receive<TaskAssigned>(assigned =>
        {
            var client = assigned.Key.Client;
            if (!IsTraining(assigned.Key)) return;
            _clients.Assign(assigned);
            // A task that moves does not set the clock back.
            if (_state.Refills) StartTimer(new ClientDeadline(client, _state.Training[client]));
            else StartTimer(Deadline.Instance);
        });
        Receive<TaskLost>(lost =>
        {
            if (IsTraining(lost.Key)) ClientFailed(lost.Key.Client, Refusal.Unspecified, lost.Worker.Length > 0 ? $"worker '{lost.Worker}' is gone." : "its worker is gone.");
        });
        Receive<OfferUpdate>(OnOffer);
        Receive<UpdatesFolded>(OnFolded);
        Receive<Aggregated>(OnAggregated);
        Receive<ClientDeadline>(late =>
        {
            if (!_state.Training.TryGetValue(late.Client, out var task) || task != late.Task) return;
            Withdraw([late.Client]);
            ClientFailed(late.Client, Refusal.Unspecified, "no update by the deadline.");
        });
        Receive<Deadline>(_ =>
        {
            if (!_selected)
            {
                GiveUp($"fewer than {Cohort.Minimum} clients were attached when the deadline of {Cohort.Deadline} passed.");
                return;
            }
            _state = _state.Expire();
            Proceed();
        });
        Common();
    }

    // A task that goes on after a restart waits for its worker, and no assignment starts its clock where that stays away.
    private void StartClocksOfAbsent(Roster roster)
    {
        var absent = _state.Training.Where(task => !roster.Clients.Contains(task.Key)).ToArray();
        if (absent.Length == 0) return;
        if (!_state.Refills && _selected) StartTimer(Deadline.Instance);
        if (!_state.Refills) return;
        foreach (var (client, task) in absent) StartTimer(new ClientDeadline(client, task));
    }

    private void Failed()
    {
        // The version was committed nevertheless: the run must hear that nobody works on the next.
        Receive<RoundPlan>(plan => Context.Parent.Tell(new RoundGaveUp(plan.Round, plan.Attempt, _failure, [], [])));
        Receive<Roster>(_ => { });
        Receive<CohortKept>(_ => { });
        Receive<TaskAssigned>(_ => { });
        Receive<TaskLost>(_ => { });
        Receive<OfferUpdate>(offer => Offers.Refuse(offer, Sender, Refusal.RoundClosed, Closed()));
        Receive<UpdatesFolded>(folded => folded.Answer(Closed()));
        Receive<Aggregated>(_ => { });
        Receive<ClientDeadline>(_ => { });
        Receive<Deadline>(_ => { });
        Common();
    }

    private void Common()
    {
        Receive<EndRound>(_ =>
        {
            _ended = true;
            Withdraw(_state.Training.Keys);
            Context.Stop(Self);
        });
        Receive<BeginUpload>(begin => Sender.Tell(_intake.Begin(begin)));
        Receive<UploadRejected>(_intake.Rejected);
        Receive<OfferReport>(offer => Sender.Tell(_intake.Report(offer.Report)));
    }

    private void OnOffer(OfferUpdate offer)
    {
        if (!_intake.Admits(offer, Sender)) return;
        var client = offer.Header.Id.Client;
        _state = _state.Fold(client);
        Timers.Cancel(new ClientDeadline(client, _state.Folding[client]));
        Reached(RunPoint.Receiving);
        _queue.Enqueue(offer, Sender);
        Proceed();
    }

    private void OnFolded(UpdatesFolded folded)
    {
        _queue.Done(folded, Closed());
        if (folded.Error is not null)
        {
            _log.Error(folded.Error, "Run {0}, round {1}: counting updates failed.", _plan.Run, _state.Target);
            GiveUp(folded.Failure);
            return;
        }
        foreach (var (update, refusal) in folded.Results)
        {
            var client = update.Client;
            _registry.Tell(new WorkDone(KeyOf(client, _state.Folding[client])));
            if (refusal is null)
            {
                _state = _state.Accept(client, FactsOf(_state, update.Header));
            }
            else
            {
                _clients.Fail(client, refusal.Reason, refusal.Detail);
                _state = _state.Fail(client, refusal.Detail, folding: true);
            }
            _clients.Forget(client);
        }
        Proceed();
    }

    public bool AskAnother(string client, string reason)
    {
        if (IsLocal || !_clients.Refuse(client, reason)) return false;
        // Withdrawn, not done: nobody holds a result.
        Withdraw([client]);
        Submit([KeyValuePair.Create(client, _state.Training[client])], patient: false);
        return true;
    }

    public void ClientFailed(string client, Refusal refused, string reason)
    {
        _clients.Fail(client, refused, reason);
        if (!_state.Training.TryGetValue(client, out var task)) return;
        Timers.Cancel(new ClientDeadline(client, task));
        _registry.Tell(new WorkDone(KeyOf(client, task)));
        _clients.Forget(client);
        _state = _state.Fail(client, reason);
        Proceed();
    }

    public RefusedOffer? WhyNot(TaskId id, ulong examples) => _state.Check(id.Round, id.Attempt, id.Client, examples) switch
    {
        null => null,
        OfferRefusal.WrongRound => new(Refusal.WrongRound, $"Round {_state.Round} is open, and round {id.Round} is not yet."),
        OfferRefusal.WrongAttempt => new(Refusal.WrongRound, $"This is attempt {_state.Attempt} of round {_state.Round}, not {id.Attempt}."),
        OfferRefusal.NotInCohort => new(Refusal.NotInCohort, $"Client '{id.Client}' was not asked in round {id.Round}."),
        OfferRefusal.Duplicate => new(Refusal.Duplicate, $"The update of client '{id.Client}' for round {id.Round} is counted already."),
        OfferRefusal.NoExamples => new(Refusal.NoExamples, "The update rests on no examples."),
        OfferRefusal.TooStale => new(Refusal.TooStale, TooStale(id.Round)),
        _ => new(Refusal.RoundClosed, $"The update of client '{id.Client}' for round {id.Round} is counted already, or not wanted any more."),
    };

    // A task whose model is lost with its checkpoint cannot be asked for again.
    private static ImmutableSortedDictionary<string, FlightTask> Asked(RoundPlan plan) =>
        plan.InFlight.RemoveRange(plan.InFlight.Where(task => task.Value.Round != plan.Round && !plan.Versions.ContainsKey(task.Value.Round - 1)).Select(task => task.Key));

    private string TooStale(long round) =>
        $"The update started {_state.Target - round} versions ago, and federation.asynchronous.max_staleness is {_plan.Job.Federation.Asynchronous.MaxStaleness}.";

    private UpdateFacts FactsOf(BufferState state, UploadHeader header) => Offers.Facts(_plan.Job, header) with { Staleness = state.Staleness(header.Id.Client) };

    private double WeightOf(BufferState state, UploadHeader header)
    {
        var facts = FactsOf(state, header);
        return _rule.Weight(facts.Weight ?? facts.Examples, facts.Staleness);
    }

    private bool IsTraining(TaskKey key) => _state.Training.TryGetValue(key.Client, out var task) && task == new FlightTask(key.Round, key.Attempt);

    private void Know(IEnumerable<string> clients) => _known = [.. clients];

    private void Reached(RunPoint point) => _plan.Reached(point);

    private string Closed() => $"Round {_state.Round} is closed.";

    private TaskKey KeyOf(string client, FlightTask task) => new(_plan.Run, TaskPurpose.Train, task.Round, task.Attempt, client);

    private void StartTimer(object key)
    {
        if (!Timers.IsTimerActive(key)) Timers.StartSingleTimer(key, key, Cohort.Deadline);
    }

    private sealed record Aggregated(ServerState? Server, Exception? Error);

    // A key of timers, so two of one task are equal.
    private sealed record ClientDeadline(string Client, FlightTask Task);

    private sealed class Deadline
    {
        public static readonly Deadline Instance = new();
    }
}
