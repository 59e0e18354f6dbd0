using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using Federated.Core.Parameters;
using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Privacy.SecureAggregation.Rounds;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>One attempt of a masked round: Selecting, Opening, Training, Sharing, Masking, with identities Confirming, Unmasking, Aggregating, Committing; or Failed. The run is told RoundReady or RoundGaveUp, once, and ends this
/// actor when it has no more use for it. What is decided is MaskedRoundState's; this actor adds vectors, keeps deadlines, and tells each client its step on the client's stream.</summary>
/// <remarks>A client trains as in any round; when its worker opens the stream with the client's advertisement, its slot is free and the client waits for the others. What the attempt's clients know of each other's masks dies with
/// this actor, so an attempt never begins again: another one follows.</remarks>
internal sealed partial class MaskedRoundActor : CohortActor
{
    private readonly ISecureRandom _random;
    private readonly MaskedJob _job;
    private readonly ParameterSchema _schema;
    private readonly UpdateIntake _intake;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Dictionary<string, ChannelWriter<MaskingStep>> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _madeBy = new(StringComparer.Ordinal);   // workers of those who advertised
    private MaskedRoundState _masked;
    private ImmutableDictionary<string, int> _indices = ImmutableDictionary<string, int>.Empty;
    private RingCodec? _codec;
    private MaskedLayout? _layout;
    private MaskedSum? _sum;
    private MaskedQueue? _queue;

    public MaskedRoundActor(RoundPlan plan, IActorRef registry, ISecureRandom random) : base(plan, registry)
    {
        (_random, _job, _schema) = (random, new(plan.Job, MaskedLabels.ClassesOf(plan.Goal)), plan.Algorithm.UpdateSchema(plan.Server.Parameters.Schema));
        _intake = new(this, Clients, new(_schema));
        _masked = new() { Context = new(plan.Run, plan.Round, plan.Attempt), Rules = _job.Rules };
    }

    protected override IEnumerable<string> Missing => _masked.Missing;

    public static Props Props(RoundPlan plan, IActorRef registry, ISecureRandom random) => Akka.Actor.Props.Create(() => new MaskedRoundActor(plan, registry, random));

    protected override void PostStop()
    {
        _stopped.Cancel();
        EndStreams(new() { Refused = Refusal.RoundClosed, Detail = Closed() });
        _queue?.RefuseAll(Refusal.RoundClosed, Closed());
    }

    protected override string? Selected(Cohort cohort)
    {
        if (base.Selected(cohort) is { } impossible) return impossible;
        if (cohort.Clients.Length < _job.Rules.Needed) return $"{cohort.Clients.Length} clients can be asked, and at least {_job.Rules.Needed} must mask together.";
        if (_job.WhyNot(cohort.Clients.Length, _schema.Count) is { } tooLarge) return tooLarge;
        _masked = _masked.Select(cohort.Clients, Math.Max(cohort.Wanted, _job.Rules.Needed));
        _codec = _job.Codec(cohort.Clients.Length, _schema.Count);
        _layout = _job.Layout(_codec, _schema.Count);
        _sum = new(_layout, Environment.ProcessorCount);
        _queue = new(_sum);
        return null;
    }

    protected override TaskOrder OrderOf(string client) => base.OrderOf(client) with { Cohort = Round.Cohort.Count };

    protected override void Training()
    {
        Receive<TaskAssigned>(assigned =>
        {
            Clients.Assign(assigned);
            // While no worker is there the clock stands still; a task that moves does not set it back.
            if (!Timers.IsTimerActive(Deadline.Instance)) StartDeadline();
        });
        Receive<TaskLost>(lost => ClientFailed(lost.Key.Client, Refusal.Unspecified, lost.Worker.Length > 0 ? $"worker '{lost.Worker}' is gone." : "its worker is gone."));
        Receive<Deadline>(_ => Expire(client => Tasks.WhyLate(client, Clients.WorkerOf(client))));
        Receive<Roster>(roster =>
        {
            Roster = roster;
            LookForHomes();
        });
        Common();
    }

    // Sharing, Masking, Confirming and Unmasking differ in what is asked and taken, which the state knows.
    private void InProtocol()
    {
        Receive<Deadline>(_ => Expire(_ => $"no answer by the deadline of the phase {Name(_masked.Phase)}."));
        Receive<VectorFolded>(OnFolded);
        Receive<Roster>(roster =>
        {
            Roster = roster;
            LookForLost();
        });
        Receive<TaskAssigned>(_ => { });
        Receive<TaskLost>(_ => { });
        Common();
    }

    private void Aggregating()
    {
        Receive<MaskedOutcome>(done =>
        {
            if (done.Server is null)
            {
                GiveUp(done.Error);
                return;
            }
            Round = Round.Enter(RoundPhase.Committing);
            Progress(0, 1);
            Become(Committing);
            var homes = Plan.Homes is null ? [] : _masked.Masked.Select(client => KeyValuePair.Create(client, _madeBy[client]));
            Context.Parent.Tell(new RoundReady(Round, done.Server, Clients.Problems) { Homes = homes.ToImmutableSortedDictionary(StringComparer.Ordinal), Sums = done.Sums, Masked = Report(done.Labels) });
        });
        Receive<Status.Failure>(failure =>
        {
            Log.Error(failure.Cause, "Run {0}, round {1}: aggregating failed.", Plan.Run, Round.Round);
            GiveUp($"aggregating failed: {failure.Cause.Message}");
        });
        Over();
    }

    private void Committing() => Over();

    private void Failed() => Over();

    private void Over()
    {
        Receive<Deadline>(_ => { });
        Receive<VectorFolded>(_ => { });
        Receive<Roster>(_ => { });
        Receive<TaskAssigned>(_ => { });
        Receive<TaskLost>(_ => { });
        Common();
    }

    protected override void Common()
    {
        Receive<JoinMasking>(OnJoin);
        Receive<MaskingAnswered>(OnAnswered);
        Receive<MaskingLeft>(OnLeft);
        Receive<OfferMasked>(OnOffer);
        Receive<EndRound>(_ =>
        {
            if (Round.Phase == RoundPhase.Training) Withdraw();
            Context.Stop(Self);
        });
        Receive<BeginUpload>(begin =>
        {
            var refused = WhyNotMasked(begin.Id, begin.Ticket);
            if (refused is not null) Clients.Note(begin.Id, refused);
            Sender.Tell(refused ?? (object)new UploadPermit(_schema) { Masked = _layout });
        });
        Receive<UploadRejected>(_intake.Rejected);
        Receive<OfferReport>(offer => Sender.Tell(_intake.Report(offer.Report)));
    }

    // What is refused of a client that has advertised is told on its stream.
    public override RefusedOffer? WhyNot(TaskId id, ulong examples) => Offers.WhyNot(Round, id, examples)
        ?? (_masked.Masked.Contains(id.Client) || _masked.Folding.Contains(id.Client) ? new(Refusal.Duplicate, $"The update of client '{id.Client}' for round {Round.Round} is counted already.") : null);

    public override void ClientFailed(string client, Refusal refused, string reason)
    {
        Clients.Fail(client, refused, reason);
        if (Round.Phase != RoundPhase.Training) return;
        var trained = _masked.Advertised.ContainsKey(client);
        Fail(client, reason);
        if (!trained) Registry.Tell(new WorkDone(Tasks.KeyOf(client)));
        Proceed();
    }

    // After every change until the masks are off.
    protected override void Proceed()
    {
        var decision = _masked.Decide();
        switch (decision.Verdict)
        {
            case MaskedVerdict.Fail:
                GiveUp(decision.Reason);
                break;
            case MaskedVerdict.Advance:
                Advance();
                break;
            default:
                _queue?.FoldNext(Self);
                ShowProgress();
                break;
        }
    }

    // A client whose vector is in the sum has delivered, whatever becomes of it.
    private void Fail(string client, string reason)
    {
        _masked = _masked.Fail(client, reason);
        if (!_masked.Masked.Contains(client)) Round = Round.Fail(client, reason);
    }

    private void Expire(Func<string, string> why)
    {
        foreach (var client in _masked.Missing.ToArray())
        {
            Clients.Fail(client, Refusal.Unspecified, why(client));
            if (!_masked.Masked.Contains(client)) Round = Round.Fail(client, why(client));
        }
        _masked = _masked.Expire();
        Proceed();
    }

    private void Advance()
    {
        Timers.CancelAll();
        if (_masked.Phase == MaskedPhase.Training)
        {
            Withdraw();
            _indices = _masked.Advertised.Keys.Select((client, place) => KeyValuePair.Create(client, place + 1)).ToImmutableDictionary(StringComparer.Ordinal);
        }
        Span<byte> seed = stackalloc byte[8];
        _random.Fill(seed);
        _masked = _masked.Advance(BinaryPrimitives.ReadUInt64LittleEndian(seed));
        if (_masked.Phase == MaskedPhase.Aggregating)
        {
            Aggregate();
            return;
        }
        Become(InProtocol);
        Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, Plan.Job.Privacy.SecureAggregation.PhaseDeadline);
        var waited = _masked.Missing.ToHashSet(StringComparer.Ordinal);
        foreach (var client in _streams.Keys.ToArray()) Ask(client, waited.Contains(client));
        ShowProgress();
        LookForLost();
    }

    private void Aggregate()
    {
        Round = Round.Enter(RoundPhase.Aggregating);
        Progress(0, 1);
        Reached(RunPoint.Aggregating);
        Become(Aggregating);
        // Those whose shares are not needed any more as well: their part is over.
        EndStreams(Offers.Taken);
        var (state, sum, codec, algorithm, server, population, stopped) = (_masked, _sum!, _codec!, Plan.Algorithm, Plan.Server, Round.Population, _stopped.Token);
        Task.Run(() => MaskedServerRound.Close(state, sum, codec, algorithm, server, population, Environment.ProcessorCount, stopped), stopped).PipeTo(Self);
    }

    protected override void GiveUp(string reason)
    {
        Log.Warning("Run {0}, round {1}, attempt {2} failed: {3}", Plan.Run, Round.Round, Round.Attempt, reason);
        Timers.CancelAll();
        Withdraw();
        (_masked, Round) = (_masked.Abort(), Round.Enter(RoundPhase.Failed));
        EndStreams(new() { Refused = Refusal.RoundClosed, Detail = Closed() });
        _queue?.RefuseAll(Refusal.RoundClosed, Closed());
        Become(Failed);
        Context.Parent.Tell(new RoundGaveUp(Round.Round, Round.Attempt, reason, Clients.Problems, [.. Round.Failed]));
    }

    private void Withdraw()
    {
        var open = Round.Cohort.Where(client => !_masked.Advertised.ContainsKey(client)).Select(Tasks.KeyOf).ToImmutableArray();
        if (!open.IsEmpty) Registry.Tell(new WithdrawWork(open));
    }

    private void ShowProgress()
    {
        var (done, of) = _masked.Phase switch
        {
            MaskedPhase.Training => (_masked.Advertised.Count, _masked.Wanted),
            MaskedPhase.Sharing => (_masked.Shared.Count, _masked.Advertised.Count),
            MaskedPhase.Masking => (_masked.Masked.Count, _masked.Shared.Count),
            MaskedPhase.Confirming => (_masked.Confirmed.Count, _masked.Masked.Count),
            _ => (_masked.Revealed.Count, _masked.Masked.Count),
        };
        Progress(Name(_masked.Phase), done, of);
    }

    private MaskedUpdates Report(ImmutableArray<long> labels) => new()
    {
        Advertised = (uint)_masked.Advertised.Count,
        Neighbours = (uint)_masked.Graph!.Shape.Neighbours,
        Threshold = (uint)_masked.Graph.Shape.Threshold,
        Bits = (uint)_codec!.Bits,
        Clip = _codec.Clip,
        Step = _codec.Step,
        Identities = _job.Rules.Identities,
        LabelCounts = labels.IsEmpty ? null : new() { Classes = { Plan.Goal!.Classes }, Counts = { labels.Select(count => (ulong)count) } },
    };

    private string Closed() => $"Round {Round.Round} is closed.";

    private static string Name(MaskedPhase phase) => phase.ToString().ToLowerInvariant();
}
