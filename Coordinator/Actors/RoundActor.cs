using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Parameters;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>One attempt of one round: Selecting, Opening, Training, Aggregating, Committing; or Failed. The run is told RoundReady or RoundGaveUp, once, and ends
/// this actor when it has no more use for it. What is decided is RoundState's; this actor adds updates, keeps the deadline and talks.</summary>
internal sealed partial class RoundActor : ReceiveActor, IWithTimers, ITakesUpdates
{
    /// <summary>The phase before its tasks are handed in, as progress names it.</summary>
    public const string SelectingPhase = "selecting";

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RoundPlan _plan;
    private readonly IActorRef _registry;
    private readonly UpdateQueue _queue;
    private readonly RoundTasks _tasks;
    private readonly RoundClients _clients = new();
    private readonly UpdateIntake _intake;
    private readonly string? _root;
    private readonly Dictionary<string, string> _madeBy = new(StringComparer.Ordinal);   // workers of counted updates, where clients keep a state
    private Roster _roster = Roster.Unknown;
    private RoundState _round;
    private ParameterVector? _broadcast;
    private bool _waits;
    private bool _ended;

    public RoundActor(RoundPlan plan, IActorRef registry)
    {
        (_plan, _registry, _tasks) = (plan, registry, new(plan));
        _queue = new(plan.Aggregate, plan.Algorithm, header => plan.Algorithm.WeightOf(plan.Server, header.Id.Client, Offers.Facts(plan.Job, header)));
        _intake = new(this, _clients, new(plan.Algorithm.UpdateSchema(plan.Server.Parameters.Schema))) { ChecksWorkers = plan.Homes is not null };
        _root = new AggregationFit(plan.Job.Federation.Aggregation).Root;
        _round = new RoundState { Round = plan.Round, Attempt = plan.Attempt, Minimum = plan.Job.Federation.Cohort.Minimum, Required = _root };
        Become(Selecting);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(RoundPlan plan, IActorRef registry) => Akka.Actor.Props.Create(() => new RoundActor(plan, registry));

    protected override void PreStart()
    {
        Progress(0, 0);
        Reached(RunPoint.Selecting);
        if (_plan.Reopened is { } cohort) Open(cohort);
        else if (!_tasks.AreLocal) Select(_plan.Clients.Select(client => client.Id), Roster.Nobody);
    }

    protected override void PostStop()
    {
        // Ended by the run, or by a failure in it or here: nobody may wait for a verdict for ever. Which one it was decides the verdict: what a round that begins
        // again will want is to be kept.
        var (reason, detail) = _ended || _round.Phase != RoundPhase.Training ? (Refusal.RoundClosed, Closed()) : (Refusal.NotActive, "The round begins again; try again.");
        _queue.RefuseAll(reason, detail);
    }

    private void Training()
    {
        Receive<TaskAssigned>(assigned =>
        {
            _clients.Assign(assigned.Key.Client, assigned.Worker);
            // While no worker is there the clock stands still; a task that moves does not set it back.
            if (!Timers.IsTimerActive(Deadline.Instance)) StartDeadline();
        });
        Receive<TaskLost>(lost => ClientFailed(lost.Key.Client, Refusal.Unspecified, lost.Worker.Length > 0 ? $"worker '{lost.Worker}' is gone." : "its worker is gone."));
        Receive<OfferUpdate>(OnOffer);
        Receive<UpdateFolded>(OnFolded);
        Receive<Deadline>(_ =>
        {
            _round = _round.Expire();
            foreach (var client in _round.Missing) _clients.Fail(client, Refusal.Unspecified, _tasks.WhyLate(client, _clients.HasAsked(client)));
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
        Receive<BeginUpload>(begin => Sender.Tell(_intake.Begin(begin)));
        Receive<UploadRejected>(_intake.Rejected);
        Receive<OfferReport>(offer => Sender.Tell(_intake.Report(offer.Report)));
    }

    private void OnOffer(OfferUpdate offer)
    {
        if (!_intake.Admits(offer, Sender)) return;
        _round = _round.Fold(offer.Header.Id.Client);
        Reached(RunPoint.Receiving);
        _queue.Enqueue(offer, Sender);
        _queue.FoldNext(Self);
    }

    private void OnFolded(UpdateFolded folded)
    {
        _queue.Done(folded, Closed());
        var client = folded.Header.Id.Client;
        if (folded.Error is not null)
        {
            _log.Error(folded.Error, "Run {0}, round {1}: counting the update of client {2} failed.", _plan.Run, _round.Round, client);
            GiveUp(folded.Failure);
        }
        else if (folded.Refusal is { } refused)
        {
            _round = _round.Fail(client, refused.Detail, folding: true);
            ClientFailed(client, refused.Reason, refused.Detail);
        }
        else
        {
            _round = _round.Accept(client, Offers.Facts(_plan.Job, folded.Header));
            if (_plan.Homes is not null) _madeBy[client] = folded.Header.Worker;
            _registry.Tell(new WorkDone(_tasks.KeyOf(client)));
            Proceed();
        }
    }

    public RefusedOffer? WhyNot(TaskId id, ulong examples) => Offers.WhyNot(_round, id, examples);

    public void ClientFailed(string client, Refusal refused, string reason)
    {
        _clients.Fail(client, refused, reason);
        if (_round.Phase != RoundPhase.Training) return;
        _round = _round.Fail(client, reason);
        _registry.Tell(new WorkDone(_tasks.KeyOf(client)));
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
        _queue.RefuseWaiting(Refusal.RoundClosed, Closed());
        Withdraw();
    }

    private void Withdraw()
    {
        var open = _round.Cohort.Where(client => !_round.Accepted.ContainsKey(client)).Select(_tasks.KeyOf).ToImmutableArray();
        if (!open.IsEmpty) _registry.Tell(new WithdrawWork(open));
    }

    private void Reached(RunPoint point) => _plan.Reached(point);

    private string Closed() => $"Round {_round.Round} is closed.";

    private void StartDeadline() => Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, _plan.Job.Federation.Cohort.Deadline);

    private void Progress(int done, int of) =>
        Context.Parent.Tell(new StepProgress(_round.Round, _round.Attempt, _round.Phase.ToString().ToLowerInvariant(), done, of));

    private sealed record Aggregated(ServerState? Server, Exception? Error);

    private sealed class Deadline
    {
        public static readonly Deadline Instance = new();
    }
}
