using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>One attempt of one round: Selecting, Opening, Training, Aggregating, Committing; or Failed. The run is told RoundReady or RoundGaveUp, once, and ends
/// this actor when it has no more use for it. What is decided is RoundState's; this actor adds updates, keeps the deadline and talks.</summary>
internal sealed class RoundActor : ReceiveActor, IWithTimers
{
    /// <summary>The phase before its tasks are handed in, as progress names it.</summary>
    public const string SelectingPhase = "selecting";

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RoundPlan _plan;
    private readonly IActorRef _registry;
    private readonly UpdateQueue _queue;
    private readonly RoundClients _clients = new();
    private readonly ImmutableDictionary<string, long> _sizes;
    private readonly UploadPermit _permit;
    private readonly Dictionary<string, ImmutableHashSet<string>> _asked = new(StringComparer.Ordinal);     // workers that were given the task, by client
    private readonly Dictionary<string, string> _madeBy = new(StringComparer.Ordinal);                      // workers of counted updates, where clients keep a state
    private Roster _roster = Roster.Unknown;
    private readonly string? _root;
    private RoundState _round;
    private ParameterVector? _broadcast;
    private bool _waits;
    private bool _ended;

    public RoundActor(RoundPlan plan, IActorRef registry)
    {
        (_plan, _registry) = (plan, registry);
        _queue = new(plan.Aggregate, plan.Algorithm, header => plan.Algorithm.WeightOf(plan.Server, header.Id.Client, Offers.Facts(plan.Job, header)));
        _sizes = plan.Clients.ToImmutableDictionary(client => client.Id, client => client.Examples, StringComparer.Ordinal);
        _root = new AggregationFit(plan.Job.Federation.Aggregation).Root;
        _permit = new(plan.Algorithm.UpdateSchema(plan.Server.Parameters.Schema));
        _round = new RoundState { Round = plan.Round, Attempt = plan.Attempt, Minimum = CohortSelection.Minimum(plan.Job), Required = _root };
        Become(Selecting);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private bool IsLocal => _plan.Job.Data.Placement == Placement.Local;

    public static Props Props(RoundPlan plan, IActorRef registry) => Akka.Actor.Props.Create(() => new RoundActor(plan, registry));

    protected override void PreStart()
    {
        Progress(0, 0);
        Reached(RunPoint.Selecting);
        if (_plan.Reopened is { } cohort) Open(cohort);
        else if (!IsLocal) Select(_plan.Clients.Select(client => client.Id), Roster.Nobody);
    }

    protected override void PostStop()
    {
        // Ended by the run, or by a failure in it or here: nobody may wait for a verdict for ever. Which one it was decides the verdict: what a round that begins
        // again will want is to be kept.
        var (reason, detail) = _ended || _round.Phase != RoundPhase.Training ? (Refusal.RoundClosed, Closed()) : (Refusal.NotActive, "The round begins again; try again.");
        if (_queue.Current is { } folding) folding.Sender.Tell(new Verdict { Refused = reason, Detail = detail });
        foreach (var update in _queue.TakeAll()) Offers.Refuse(update.Offer, update.Sender, reason, detail);
    }

    private void Selecting()
    {
        Receive<Roster>(roster =>
        {
            _roster = roster;
            if (!IsLocal) return;
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

    private void Training()
    {
        Receive<TaskAssigned>(assigned =>
        {
            _clients.Assign(assigned.Key.Client, assigned.Worker);
            _asked[assigned.Key.Client] = _asked.GetValueOrDefault(assigned.Key.Client, []).Add(assigned.Worker);
            // While no worker is there the clock stands still; a task that moves does not set it back.
            if (!Timers.IsTimerActive(Deadline.Instance)) StartDeadline();
        });
        Receive<TaskLost>(lost => ClientFailed(lost.Key.Client, Refusal.Unspecified, lost.Worker.Length > 0 ? $"worker '{lost.Worker}' is gone." : "its worker is gone."));
        Receive<OfferUpdate>(OnOffer);
        Receive<UpdateFolded>(OnFolded);
        Receive<Deadline>(_ =>
        {
            _round = _round.Expire();
            foreach (var client in _round.Missing) _clients.Fail(client, Refusal.Unspecified, Late(client));
            Proceed();
        });
        Receive<Roster>(roster =>
        {
            _roster = roster;
            LookForHomes();
        });
        Common();
    }

    private void Aggregating()
    {
        Receive<Aggregated>(done =>
        {
            if (done.Server is null)
            {
                _log.Error(done.Error, "Run {0}, round {1}: aggregating failed.", _plan.Run, _round.Round);
                GiveUp($"aggregating failed: {done.Error?.Message}");
                return;
            }
            _round = _round.Enter(RoundPhase.Committing);
            Progress(0, 1);
            Become(Committing);
            Context.Parent.Tell(new RoundReady(_round, done.Server, _clients.Problems) { Homes = _madeBy.ToImmutableSortedDictionary(StringComparer.Ordinal) });
        });
        Over();
    }

    private void Committing() => Over();

    private void Failed() => Over();

    // The phases in which nothing can change the outcome any more.
    private void Over()
    {
        Receive<OfferUpdate>(OnOffer);
        Receive<UpdateFolded>(_ => { });
        Receive<TaskAssigned>(_ => { });
        Receive<TaskLost>(_ => { });
        Receive<Deadline>(_ => { });
        Receive<Roster>(_ => { });
        Common();
    }

    private void Common()
    {
        Receive<EndRound>(_ =>
        {
            _ended = true;
            if (_round.Phase == RoundPhase.Training) Withdraw();
            Context.Stop(Self);
        });
        Receive<BeginUpload>(begin =>
        {
            if (WhyNot(begin.Id, examples: 1) is { } refused)
            {
                _clients.Note(begin.Id, refused);
                Sender.Tell(refused);
            }
            else
            {
                Sender.Tell(_permit);
            }
        });
        Receive<UploadRejected>(rejected =>
        {
            if (WhyNot(rejected.Id, examples: 1) is null) ClientFailed(rejected.Id.Client, rejected.Reason, rejected.Detail);
            else _clients.Note(rejected.Id, new(rejected.Reason, rejected.Detail));
        });
        Receive<OfferReport>(offer => Sender.Tell(OnReport(offer.Report)));
    }

    private void Select(IEnumerable<string> clients, Roster roster)
    {
        Timers.Cancel(Deadline.Instance);
        var cohort = CohortSelection.Draw(_plan.Job, _round.Round, _round.Attempt, clients.Select(client => _plan.CandidateOf(client, _sizes, roster)), _plan.Health, _root, _plan.Secret);
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
        if (IsLocal)
        {
            // Those of a round that begins again wait for their workers.
            if (_plan.Reopened is not null && !_round.Missing.Any(_roster.Clients.Contains) && !Timers.IsTimerActive(Deadline.Instance)) StartDeadline();
            return;
        }
        var homes = _round.Missing.Select(HomeOf).ToArray();
        var absent = homes.Where(home => home.Length > 0 && !_roster.Names.Contains(home)).ToArray();
        if (absent.Length == 0) return;
        if (!_waits)
        {
            _waits = true;
            var names = string.Join(", ", absent.Distinct().Order(StringComparer.Ordinal).Select(name => $"'{name}'"));
            Context.Parent.Tell(new StepNotice($"Round {_round.Round} waits for workers that are not attached and have the states of {absent.Length} of its clients: {names}."));
        }
        if (absent.Length == homes.Length && !Timers.IsTimerActive(Deadline.Instance)) StartDeadline();
    }

    private TaskOrder OrderOf(string client)
    {
        var parameters = _broadcast!;
        var reference = new ParametersRef { Sha256 = parameters.Hash, SchemaHash = parameters.Schema.Hash, Count = (ulong)parameters.Schema.Count };
        return new(new(KeyOf(client), _sizes.GetValueOrDefault(client))
        {
            Local = IsLocal,
            Home = HomeOf(client),
            // A round that begins again knows its clients before their workers are back.
            Patient = IsLocal && _plan.Reopened is not null,
            Avoid = _clients.Refusers(client),
        }, reference)
        { StateRound = _plan.Homes?.Of(client)?.Round ?? 0 };
    }

    private void OnOffer(OfferUpdate offer)
    {
        var id = offer.Header.Id;
        if ((WhyNot(id, offer.Header.Examples) ?? Offers.LacksTraining(_plan.Job, offer.Header)) is { } refused)
        {
            _clients.Note(id, refused);
            Offers.Refuse(offer, Sender, refused.Reason, refused.Detail);
            return;
        }
        if (_plan.Homes is not null && !_asked.ContainsKey(id.Client))
        {
            // A round that begins again: whoever has the result is heard when it is given the task again.
            Offers.Refuse(offer, Sender, Refusal.NotActive, "The round begins again; try again.");
            return;
        }
        if (_plan.Homes is not null && !_asked[id.Client].Contains(offer.Header.Worker))
        {
            // Its name is where the client's next task will go.
            var detail = $"The update is of worker '{offer.Header.Worker}', which was not given the task of client '{id.Client}'.";
            _clients.Note(id, new(Refusal.Malformed, detail));
            Offers.Refuse(offer, Sender, Refusal.Malformed, detail);
            return;
        }
        _round = _round.Fold(id.Client);
        Reached(RunPoint.Receiving);
        _queue.Enqueue(offer, Sender);
        _queue.FoldNext(Self);
    }

    private void OnFolded(UpdateFolded folded)
    {
        _queue.Done();
        var header = folded.Update.Offer.Header;
        var client = header.Id.Client;
        if (folded.Error is not null)
        {
            // The sum may have taken half of the update: it is worth nothing any more.
            _log.Error(folded.Error, "Run {0}, round {1}: counting the update of client {2} failed.", _plan.Run, _round.Round, client);
            folded.Update.Sender.Tell(new Verdict { Refused = Refusal.RoundClosed, Detail = Closed() });
            GiveUp($"counting the update of client '{client}' failed: {folded.Error.Message}");
            return;
        }
        if (folded.Refusal is not { } refused)
        {
            _round = _round.Accept(client, Offers.Facts(_plan.Job, header));
            if (_plan.Homes is not null) _madeBy[client] = header.Worker;
            folded.Update.Sender.Tell(Offers.Taken);
            _registry.Tell(new WorkDone(KeyOf(client)));
            Proceed();
        }
        else
        {
            var (reason, detail) = refused;
            folded.Update.Sender.Tell(new Verdict { Refused = reason, Detail = detail });
            _round = _round.Fail(client, detail, folding: true);
            ClientFailed(client, reason, detail);
        }
    }

    private Verdict OnReport(TaskReport report)
    {
        if (WhyNot(report.Id, examples: 1) is { } refused) return new() { Refused = refused.Reason, Detail = refused.Detail };
        if (report.OutcomeCase != TaskReport.OutcomeOneofCase.Failure) return new() { Refused = Refusal.Malformed, Detail = "A train task reports only failures." };
        if (!(report.Failure.OnlyHere && AskAnother(report.Id.Client, report.Failure.Reason))) ClientFailed(report.Id.Client, Refusal.Unspecified, report.Failure.Reason);
        return Offers.Taken;
    }

    // A worker that refuses says nothing of the client: others are asked, until one is asked again that has refused.
    private bool AskAnother(string client, string reason)
    {
        if (IsLocal || HomeOf(client).Length > 0 || _round.Phase != RoundPhase.Training || !_clients.Refuse(client, reason)) return false;
        // Withdrawn, not done: nobody holds a result.
        _registry.Tell(new WithdrawWork([KeyOf(client)]));
        _registry.Tell(new SubmitWork([OrderOf(client)]));
        return true;
    }

    private void ClientFailed(string client, Refusal refused, string reason)
    {
        _clients.Fail(client, refused, reason);
        if (_round.Phase != RoundPhase.Training) return;
        _round = _round.Fail(client, reason);
        _registry.Tell(new WorkDone(KeyOf(client)));
        Proceed();
    }

    // After every change while training.
    private void Proceed()
    {
        Progress(_round.Accepted.Count, _round.Wanted);
        var decision = _round.Decide();
        switch (decision.Verdict)
        {
            case RoundVerdict.Close:
                Aggregate();
                break;
            case RoundVerdict.Fail:
                GiveUp(decision.Reason);
                break;
            default:
                _queue.FoldNext(Self);
                break;
        }
    }

    private void Aggregate()
    {
        Close(RoundPhase.Aggregating);
        Progress(0, 1);
        Reached(RunPoint.Aggregating);
        Become(Aggregating);
        var (aggregate, algorithm, server, facts) = (_plan.Aggregate, _plan.Algorithm, _plan.Server, new RoundFacts(_round.Accepted, _round.Population));
        Task.Run(() => ServerRound.Close(aggregate, algorithm, server, facts)).PipeTo(Self, success: next => new Aggregated(next, Error: null), failure: error => new Aggregated(Server: null, error));
    }

    private void GiveUp(string reason)
    {
        _log.Warning("Run {0}, round {1}, attempt {2} failed: {3}", _plan.Run, _round.Round, _round.Attempt, reason);
        Close(RoundPhase.Failed);
        Become(Failed);
        Context.Parent.Tell(new RoundGaveUp(_round.Round, _round.Attempt, reason, _clients.Problems, [.. _round.Failed]));
    }

    private void Close(RoundPhase phase)
    {
        Timers.CancelAll();
        _round = _round.Enter(phase);
        foreach (var update in _queue.TakeAll()) Offers.Refuse(update.Offer, update.Sender, Refusal.RoundClosed, Closed());
        Withdraw();
    }

    private void Withdraw()
    {
        var open = _round.Cohort.Where(client => !_round.Accepted.ContainsKey(client)).Select(KeyOf).ToImmutableArray();
        if (!open.IsEmpty) _registry.Tell(new WithdrawWork(open));
    }

    private RefusedOffer? WhyNot(TaskId id, ulong examples) => _round.Check(id.Round, id.Attempt, id.Client, examples) switch
    {
        null => null,
        OfferRefusal.WrongRound => new(Refusal.WrongRound, $"This is round {_round.Round}, not {id.Round}."),
        OfferRefusal.WrongAttempt => new(Refusal.WrongRound, $"This is attempt {_round.Attempt} of round {_round.Round}, not {id.Attempt}."),
        OfferRefusal.NotInCohort => new(Refusal.NotInCohort, $"Client '{id.Client}' was not asked in round {_round.Round}."),
        OfferRefusal.Duplicate => new(Refusal.Duplicate, $"The update of client '{id.Client}' for round {_round.Round} is counted already."),
        OfferRefusal.NoExamples => new(Refusal.NoExamples, "The update rests on no examples."),
        _ => new(Refusal.RoundClosed, Closed()),
    };

    private void Reached(RunPoint point) => _plan.Reached(point);

    private string Closed() => $"Round {_round.Round} is closed.";

    private string HomeOf(string client) => IsLocal ? "" : _plan.Homes?.Of(client)?.Worker ?? "";

    private string Late(string client) => HomeOf(client) is { Length: > 0 } home && _clients.WorkerOf(client).Length == 0
        ? $"worker '{home}', which has its state, was not there by the deadline."
        : "no update by the deadline.";

    private TaskKey KeyOf(string client) => new(_plan.Run, TaskPurpose.Train, _round.Round, _round.Attempt, client);

    private void StartDeadline() => Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, _plan.Job.Federation.Cohort.Deadline);

    private void Progress(int done, int of) =>
        Context.Parent.Tell(new StepProgress(_round.Round, _round.Attempt, _round.Phase.ToString().ToLowerInvariant(), done, of));

    private sealed record Aggregated(ServerState? Server, Exception? Error);

    private sealed class Deadline
    {
        public static readonly Deadline Instance = new();
    }
}
