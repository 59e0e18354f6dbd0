using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>One attempt of one round: Selecting, Opening, Training, Aggregating, Committing; or Failed. The run is told RoundReady or RoundGaveUp, once, and ends
/// this actor when it has no more use for it. What is decided is RoundState's; this actor adds updates, keeps the deadline and talks.</summary>
internal sealed class RoundActor : CohortActor
{
    /// <summary>The phase before its tasks are handed in, as progress names it.</summary>
    public const string SelectingPhase = "selecting";

    private readonly UpdateQueue _queue;
    private readonly UpdateIntake _intake;
    private readonly Dictionary<string, string> _deliveredBy = new(StringComparer.Ordinal);   // workers of updates that are counted or may be
    private bool _ended;

    public RoundActor(RoundPlan plan, IActorRef registry) : base(plan, registry)
    {
        _queue = new(plan.Aggregate!, plan.Algorithm);
        _intake = new(this, Clients, new(plan.Algorithm.UpdateSchema(plan.Server.Parameters.Schema))) { SizeOf = Tasks.SizeOf, Lacks = header => Offers.LacksTraining(plan.Job, header) };
    }

    public static Props Props(RoundPlan plan, IActorRef registry) => Akka.Actor.Props.Create(() => new RoundActor(plan, registry));

    protected override void PostStop()
    {
        // Ended by the run, or by a failure in it or here: nobody may wait for a verdict for ever. Which one it was decides the verdict: what a round that begins
        // again will want is to be kept.
        var (reason, detail) = _ended || Round.Phase != RoundPhase.Training ? (Refusal.RoundClosed, Closed()) : (Refusal.NotActive, "The round begins again; try again.");
        _queue.RefuseAll(reason, detail);
    }

    protected override void Training()
    {
        Receive<TaskAssigned>(assigned =>
        {
            Clients.Assign(assigned);
            // While no worker is there the clock stands still; a task that moves does not set it back.
            if (!Timers.IsTimerActive(Deadline.Instance)) StartDeadline();
        });
        Receive<TaskLost>(lost => ClientFailed(lost.Key.Client, Refusal.Unspecified, lost.Worker.Length > 0 ? $"worker '{lost.Worker}' is gone." : "its worker is gone."));
        Receive<UpdatesFolded>(OnFolded);
        Receive<Deadline>(_ =>
        {
            Round = Round.Expire();
            foreach (var client in Round.Missing) Clients.Fail(client, Refusal.Unspecified, Tasks.WhyLate(client, Clients.WorkerOf(client)));
            Proceed();
        });
        Receive<Roster>(roster =>
        {
            Roster = roster;
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
                Log.Error(done.Error, "Run {0}, round {1}: aggregating failed.", Plan.Run, Round.Round);
                GiveUp($"aggregating failed: {done.Error?.Message}");
                return;
            }
            Round = Round.Enter(RoundPhase.Committing);
            Progress(0, 1);
            Become(Committing);
            Context.Parent.Tell(new RoundReady(Round, done.Server, Clients.Problems) { Homes = Homes() });
        });
        Over();
    }

    private void Committing() => Over();

    private void Failed() => Over();

    // The phases in which nothing can change the outcome any more.
    private void Over()
    {
        Receive<UpdatesFolded>(_ => { });
        Receive<TaskAssigned>(_ => { });
        Receive<TaskLost>(_ => { });
        Receive<Deadline>(_ => { });
        Receive<Roster>(_ => { });
        Common();
    }

    protected override void Common()
    {
        Receive<OfferUpdate>(OnOffer);
        Receive<EndRound>(_ =>
        {
            _ended = true;
            if (Round.Phase == RoundPhase.Training) Withdraw();
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
        Round = Round.Fold(client);
        _deliveredBy[client] = Clients.HolderOf(offer.Header.Id, offer.Header.Ticket)!;
        Reached(RunPoint.Receiving);
        _queue.Enqueue(offer, Sender);
        FoldNext();
    }

    private void OnFolded(UpdatesFolded folded)
    {
        _queue.Done(folded, Closed());
        if (folded.Error is not null)
        {
            Log.Error(folded.Error, "Run {0}, round {1}: counting updates failed.", Plan.Run, Round.Round);
            GiveUp(folded.Failure);
            return;
        }
        foreach (var (update, refusal) in folded.Results)
        {
            var client = update.Client;
            if (refusal is null)
            {
                Round = Round.Accept(client, Offers.Facts(Plan.Job, update.Header));
            }
            else
            {
                Clients.Fail(client, refusal.Reason, refusal.Detail);
                Round = Round.Fail(client, refusal.Detail, folding: true);
            }
            Registry.Tell(new WorkDone(Tasks.KeyOf(client)));
        }
        Proceed();
    }

    // As many as may still count; the one that every round needs may come after those.
    private void FoldNext() => _queue.FoldNext(Self, Math.Max(1, Round.Wanted - Round.Accepted.Count),
        header => Plan.Algorithm.WeightOf(Plan.Server, header.Id.Client, Offers.Facts(Plan.Job, header)));

    public override RefusedOffer? WhyNot(TaskId id, ulong examples) => Offers.WhyNot(Round, id, examples);

    public override void ClientFailed(string client, Refusal refused, string reason)
    {
        Clients.Fail(client, refused, reason);
        if (Round.Phase != RoundPhase.Training) return;
        Round = Round.Fail(client, reason);
        Registry.Tell(new WorkDone(Tasks.KeyOf(client)));
        Proceed();
    }

    // After every change while training.
    protected override void Proceed()
    {
        Progress(Round.Accepted.Count, Round.Wanted);
        var decision = Round.Decide();
        switch (decision.Verdict)
        {
            case RoundVerdict.Close:
                Aggregate();
                break;
            case RoundVerdict.Fail:
                GiveUp(decision.Reason);
                break;
            default:
                FoldNext();
                break;
        }
    }

    private void Aggregate()
    {
        Close(RoundPhase.Aggregating);
        Progress(0, 1);
        Reached(RunPoint.Aggregating);
        Become(Aggregating);
        var (aggregate, algorithm, server, facts) = (Plan.Aggregate!, Plan.Algorithm, Plan.Server, new RoundFacts(Round.Accepted, Round.Population));
        Task.Run(() => ServerRound.Close(aggregate, algorithm, server, facts)).PipeTo(Self, success: next => new Aggregated(next, Error: null), failure: error => new Aggregated(Server: null, error));
    }

    protected override void GiveUp(string reason)
    {
        Log.Warning("Run {0}, round {1}, attempt {2} failed: {3}", Plan.Run, Round.Round, Round.Attempt, reason);
        Close(RoundPhase.Failed);
        Become(Failed);
        Context.Parent.Tell(new RoundGaveUp(Round.Round, Round.Attempt, reason, Clients.Problems, [.. Round.Failed]));
    }

    private void Close(RoundPhase phase)
    {
        Timers.CancelAll();
        Round = Round.Enter(phase);
        _queue.RefuseWaiting(Refusal.RoundClosed, Closed());
        Withdraw();
    }

    private void Withdraw()
    {
        var open = Round.Cohort.Where(client => !Round.Accepted.ContainsKey(client)).Select(Tasks.KeyOf).ToImmutableArray();
        if (!open.IsEmpty) Registry.Tell(new WithdrawWork(open));
    }

    private ImmutableSortedDictionary<string, string> Homes() => Plan.Homes is null ? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)
        : Round.Accepted.Keys.ToImmutableSortedDictionary(client => client, client => _deliveredBy[client], StringComparer.Ordinal);

    private string Closed() => $"Round {Round.Round} is closed.";

    private sealed record Aggregated(ServerState? Server, Exception? Error);
}
