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
internal sealed class RoundActor : CohortActor
{
    /// <summary>The phase before its tasks are handed in, as progress names it.</summary>
    public const string SelectingPhase = "selecting";

    private readonly UpdateQueue _queue;
    private readonly UpdateIntake _intake;
    private readonly Dictionary<string, string> _madeBy = new(StringComparer.Ordinal);   // workers of counted updates, where clients keep a state
    private bool _ended;

    public RoundActor(RoundPlan plan, IActorRef registry) : base(plan, registry)
    {
        _queue = new(plan.Aggregate, plan.Algorithm, header => plan.Algorithm.WeightOf(plan.Server, header.Id.Client, Offers.Facts(plan.Job, header)));
        _intake = new(this, Clients, new(plan.Algorithm.UpdateSchema(plan.Server.Parameters.Schema))) { ChecksWorkers = plan.Homes is not null };
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
            Clients.Assign(assigned.Key.Client, assigned.Worker);
            // While no worker is there the clock stands still; a task that moves does not set it back.
            if (!Timers.IsTimerActive(Deadline.Instance)) StartDeadline();
        });
        Receive<TaskLost>(lost => ClientFailed(lost.Key.Client, Refusal.Unspecified, lost.Worker.Length > 0 ? $"worker '{lost.Worker}' is gone." : "its worker is gone."));
        Receive<UpdateFolded>(OnFolded);
        Receive<Deadline>(_ =>
        {
            Round = Round.Expire();
            foreach (var client in Round.Missing) Clients.Fail(client, Refusal.Unspecified, Tasks.WhyLate(client, Clients.HasAsked(client)));
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
            Context.Parent.Tell(new RoundReady(Round, done.Server, Clients.Problems) { Homes = _madeBy.ToImmutableSortedDictionary(StringComparer.Ordinal) });
        });
        Over();
    }

    private void Committing() => Over();

    private void Failed() => Over();

    // The phases in which nothing can change the outcome any more.
    private void Over()
    {
        Receive<UpdateFolded>(_ => { });
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
        Round = Round.Fold(offer.Header.Id.Client);
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
            Log.Error(folded.Error, "Run {0}, round {1}: counting the update of client {2} failed.", Plan.Run, Round.Round, client);
            GiveUp(folded.Failure);
        }
        else if (folded.Refusal is { } refused)
        {
            Round = Round.Fail(client, refused.Detail, folding: true);
            ClientFailed(client, refused.Reason, refused.Detail);
        }
        else
        {
            Round = Round.Accept(client, Offers.Facts(Plan.Job, folded.Header));
            if (Plan.Homes is not null) _madeBy[client] = folded.Header.Worker;
            Registry.Tell(new WorkDone(Tasks.KeyOf(client)));
            Proceed();
        }
    }

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
        var (aggregate, algorithm, server, facts) = (Plan.Aggregate, Plan.Algorithm, Plan.Server, new RoundFacts(Round.Accepted, Round.Population));
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

    private string Closed() => $"Round {Round.Round} is closed.";

    private sealed record Aggregated(ServerState? Server, Exception? Error);
}
