using System.Collections.Immutable;
using Akka.Actor;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Rounds;
using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Coordinator.Actors;

/// <summary>Standardises a run's data, where its model asks for that: Gathering (local placement, until enough clients are attached), Measuring, Settling, Done. Every client
/// sums up its own features; mean and variance of all become part of the initial parameters. Sums are added in the order of clients, never of arrival. The run is
/// told RunStandardised or InitialiseFailed, once, and stops this actor.</summary>
internal sealed class StatisticsActor : ReceiveActor, IWithTimers
{
    /// <summary>Tries at each client.</summary>
    public const int Tries = 3;

    private readonly StatisticsPlan _plan;
    private readonly IActorRef _registry;
    private readonly Standardisation _place;
    private readonly Dictionary<string, FeatureMoments> _moments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Try> _open = new(StringComparer.Ordinal);
    private readonly TaskTickets _tickets = new();
    private readonly ProblemList _problems = new();
    private ImmutableArray<ClientShare> _clients = [];

    /// <param name="plan">Its initial parameters have tensors to fill.</param>
    /// <param name="registry">Hands out tasks.</param>
    public StatisticsActor(StatisticsPlan plan, IActorRef registry)
    {
        (_plan, _registry) = (plan, registry);
        _place = Standardisation.Of(plan.Initialised.Server.Parameters.Schema) ?? throw new ArgumentException("The model has nothing to standardise.", nameof(plan));
        Become(Gathering);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private bool IsLocal => _plan.Job.Data.Placement == Placement.Local;

    private int Minimum => _plan.Job.Federation.Cohort.Minimum;

    // As long as a round and its further attempts would wait for clients.
    private TimeSpan Patience => _plan.Job.Federation.Cohort.Deadline * (1 + _plan.Job.Federation.Retries);

    public static Props Props(StatisticsPlan plan, IActorRef registry) => Akka.Actor.Props.Create(() => new StatisticsActor(plan, registry));

    protected override void PreStart()
    {
        if (!IsLocal) Open(_plan.Initialised.Clients);
    }

    protected override void PostStop() => Withdraw();

    private void Gathering()
    {
        Receive<Roster>(roster =>
        {
            if (roster.Clients.Count >= Minimum) Open([.. roster.Clients.Order(StringComparer.Ordinal).Select(client => new ClientShare(client, 0))]);
            else if (roster.Workers > 0 && !Timers.IsTimerActive(Deadline.Instance))
            {
                Context.Parent.Tell(new StepNotice($"The statistics of the data wait for clients: {roster.Clients.Count} of at least {Minimum} are attached."));
                Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, Patience);
            }
        });
        Receive<Deadline>(_ => Finish(new InitialiseFailed($"The data cannot be standardised: fewer than {Minimum} clients were attached within {Patience}.")));
        // What a worker still has of an earlier life of the run: it is asked for again in a moment.
        ReceiveAny(message =>
        {
            if (!Offers.Refuse(message, Sender, Refusal.NotActive, "The statistics of the data begin soon; try again.")) Unhandled(message);
        });
    }

    private void Measuring()
    {
        Receive<TaskAssigned>(assigned =>
        {
            _tickets.Give(assigned);
            if (_open.TryGetValue(assigned.Key.Client, out var current)) _open[assigned.Key.Client] = current with { Worker = assigned.Worker };
            if (!Timers.IsTimerActive(Deadline.Instance)) Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, _plan.Job.Federation.Cohort.Deadline);
        });
        Receive<TaskLost>(lost => LeaveOut(lost.Key.Client, "its worker is gone."));
        Receive<OfferReport>(offer => Sender.Tell(OnReport(offer.Report)));
        Receive<BeginUpload>(_ => Sender.Tell(new RefusedOffer(Refusal.Malformed, "Statistics have no values to upload.")));
        Receive<UploadRejected>(_ => { });
        Receive<Roster>(_ => { });
        Receive<Deadline>(_ =>
        {
            foreach (var client in _open.Keys.Order(StringComparer.Ordinal).ToArray()) LeaveOut(client, "no answer by the deadline.", last: false);
            FinishWhenAllAreIn();
        });
    }

    private void Settling()
    {
        Receive<Settled>(settled => Finish(settled.Standardised ?? (object)new InitialiseFailed($"The data cannot be standardised: {settled.Error?.Message}")));
        Done();
    }

    private void Done()
    {
        Receive<TaskAssigned>(_ => { });
        Receive<TaskLost>(_ => { });
        Receive<Roster>(_ => { });
        Receive<Deadline>(_ => { });
        ReceiveAny(message =>
        {
            if (!Offers.Refuse(message, Sender, Refusal.RoundClosed, "The statistics of the data are known.")) Unhandled(message);
        });
    }

    private void Open(ImmutableArray<ClientShare> clients)
    {
        Timers.CancelAll();
        _clients = clients;
        foreach (var client in clients) _open.Add(client.Id, new(1, "", []));
        Become(Measuring);
        Submit(clients.Select(client => client.Id));
        Progress();
    }

    private Verdict OnReport(TaskReport report)
    {
        var (id, client) = (report.Id, report.Id.Client);
        if (_moments.ContainsKey(client)) return new() { Refused = Refusal.Duplicate, Detail = $"The statistics of client '{client}' are in." };
        if (!_open.TryGetValue(client, out var current)) return new() { Refused = Refusal.NotInCohort, Detail = $"Nobody waits for statistics of client '{client}'." };
        if (id.Attempt != current.Number) return new() { Refused = Refusal.WrongRound, Detail = $"This is attempt {current.Number}, not {id.Attempt}." };
        if (_tickets.WhyNot(id, report.Ticket) is { } stranger) return stranger.ToVerdict();
        if (report.OutcomeCase == TaskReport.OutcomeOneofCase.Failure)
        {
            OnFailure(client, current, report.Failure);
            return Offers.Taken;
        }
        if (MomentsMapping.Read(report.Moments, out var moments) is { } refusal)
        {
            OnFailure(client, current, new() { Reason = refusal.Detail, Permanent = true });
            return refusal.ToVerdict();
        }
        if (moments.Features != _place.Features)
        {
            var reason = $"it has {moments.Features} features, and the model {_place.Features}.";
            OnFailure(client, current, new() { Reason = reason, Permanent = true });
            return new() { Refused = Refusal.WrongLength, Detail = $"Client '{client}': {reason}" };
        }
        _registry.Tell(new WorkDone(KeyOf(client, current)));
        _open.Remove(client);
        _moments.Add(client, moments);
        Progress();
        FinishWhenAllAreIn();
        return Offers.Taken;
    }

    private void OnFailure(string client, Try current, TaskFailure failure)
    {
        _registry.Tell(new WorkDone(KeyOf(client, current)));
        // A worker that refuses is no try: another one may do it, until one is asked again that has refused.
        var elsewhere = failure.OnlyHere && current.Worker.Length > 0 && !current.Avoid.Contains(current.Worker);
        if (!elsewhere && (failure.Permanent || failure.OnlyHere || current.Number >= Tries))
        {
            LeaveOut(client, failure.Reason);
            return;
        }
        _open[client] = new(current.Number + 1, "", current.Worker.Length > 0 ? current.Avoid.Add(current.Worker) : current.Avoid);
        Submit([client]);
    }

    // A client that cannot tell is left out, and everybody is told: its features are standardised by those of the others.
    private void LeaveOut(string client, string reason, bool last = true)
    {
        if (!_open.Remove(client, out var current)) return;
        _registry.Tell(new WithdrawWork([KeyOf(client, current)]));
        _problems.Add(client, current.Worker, Refusal.Unspecified, reason);
        Context.Parent.Tell(new StepNotice($"Client '{client}' is not part of the statistics of the data: {reason}"));
        if (last) FinishWhenAllAreIn();
    }

    private void FinishWhenAllAreIn()
    {
        if (_open.Count > 0) return;
        Timers.CancelAll();
        if (_moments.Count < Minimum)
        {
            var first = _problems.ToImmutable() is [var problem, ..] ? $" Client '{problem.Client}': {problem.Reason}" : "";
            Finish(new InitialiseFailed($"The data cannot be standardised: {_moments.Count} of {_clients.Length} clients gave statistics, and federation.cohort.minimum is {Minimum}.{first}"));
            return;
        }
        Become(Settling);
        var (place, algorithm, initialised, problems) = (_place, _plan.Algorithm, _plan.Initialised, _problems.ToImmutable());
        var moments = _clients.Where(client => _moments.ContainsKey(client.Id)).Select(client => _moments[client.Id]).ToArray();
        Task.Run(() => new RunStandardised(
            initialised with { Server = algorithm.Init(place.Fill(initialised.Server.Parameters, moments.Aggregate(FeatureMoments.Add))) }, problems)).PipeTo(Self,
            success: standardised => new Settled(standardised, Error: null),
            failure: error => new Settled(Standardised: null, error));
    }

    private void Finish(object outcome)
    {
        Become(Done);
        Context.Parent.Tell(outcome);
    }

    private void Submit(IEnumerable<string> clients)
    {
        var sizes = _clients.ToDictionary(client => client.Id, client => client.Examples, StringComparer.Ordinal);
        _registry.Tell(new SubmitWork([.. clients.Select(client => new TaskOrder(
            new(KeyOf(client, _open[client]), sizes[client]) { Local = IsLocal, Avoid = _open[client].Avoid }))]));
    }

    private void Withdraw()
    {
        if (_open.Count > 0) _registry.Tell(new WithdrawWork([.. _open.Select(open => KeyOf(open.Key, open.Value))]));
        _open.Clear();
    }

    private TaskKey KeyOf(string client, Try current) => new(_plan.Run, TaskPurpose.Statistics, Round: 0, current.Number, client);

    private void Progress() => Context.Parent.Tell(new StepProgress(Round: 0, Attempt: 1, "standardising", _moments.Count, _clients.Length));

    private sealed record Try(int Number, string Worker, ImmutableHashSet<string> Avoid);

    private sealed record Settled(RunStandardised? Standardised, Exception? Error);

    private sealed class Deadline
    {
        public static readonly Deadline Instance = new();
    }
}
