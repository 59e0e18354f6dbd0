using System.Collections.Immutable;
using Akka.Actor;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Parameters;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Rounds;
using Federated.V1;
using Federated.Wire.Mapping;
using Google.Protobuf;

namespace Federated.Coordinator.Actors;

/// <summary>Gets a run's initial parameters from some worker: Asking, Settling, Done. The run is told RunInitialised or InitialiseFailed, once, and stops this actor.</summary>
/// <remarks>With placement local each worker has data of its own, and what is wrong with one's says nothing of the others': every worker is asked before the run fails.</remarks>
internal sealed class InitialiseActor : ReceiveActor, IWithTimers
{
    /// <summary>Tries, each on another worker where there is one.</summary>
    public const int Tries = 3;

    private readonly InitialisePlan _plan;
    private readonly IActorRef _registry;
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly TaskTickets _tickets = new();
    private ImmutableHashSet<string> _failed = [];
    private ImmutableSortedDictionary<string, string> _unusable = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    private Roster _roster = Roster.Unknown;
    private string _worker = "";
    private int _attempt;
    private int _failures;
    private bool _waits;

    public InitialiseActor(InitialisePlan plan, IActorRef registry)
    {
        (_plan, _registry) = (plan, registry);
        Become(Asking);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private bool IsLocal => _plan.Job.Data.Placement == Placement.Local;

    // As long as a round and its further attempts would wait for clients.
    private TimeSpan Patience => _plan.Job.Federation.Cohort.Deadline * (1 + _plan.Job.Federation.Retries);

    private TaskKey Key => new(_plan.Run, TaskPurpose.Initialise, Round: 0, _attempt);

    public static Props Props(InitialisePlan plan, IActorRef registry) => Akka.Actor.Props.Create(() => new InitialiseActor(plan, registry));

    protected override void PreStart() => Ask();

    private void Asking()
    {
        Receive<TaskAssigned>(assigned =>
        {
            _tickets.Give(assigned);
            _worker = assigned.Worker;
        });
        Receive<BeginUpload>(begin => Sender.Tell(WhyNot(begin.Id, begin.Ticket) ?? (object)new UploadPermit(Schema: null)));
        Receive<UploadRejected>(rejected =>
        {
            if (IsCurrent(rejected.Id)) AskAnother(rejected.Detail);
        });
        Receive<OfferReport>(offer => Sender.Tell(OnReport(offer.Report)));
        Receive<OfferInitialised>(OnInitialised);
        Receive<Roster>(roster =>
        {
            _roster = roster;
            if (!_waits) return;
            _waits = false;
            Ask();
        });
        Receive<Deadline>(_ =>
        {
            if (_waits) Finish(NobodyCan());
        });
    }

    // The result is in; what the algorithm makes of it is computed off this thread.
    private void Settling()
    {
        Receive<Settled>(settled =>
        {
            if (settled.Initialised is not null) Finish(settled.Initialised);
            else Finish(new InitialiseFailed($"The algorithm cannot start from the initial parameters: {settled.Error?.Message}"));
        });
        Done();
    }

    private void Done()
    {
        Receive<TaskAssigned>(_ => { });
        Receive<Roster>(_ => { });
        Receive<Deadline>(_ => { });
        ReceiveAny(message =>
        {
            if (!Offers.Refuse(message, Sender, Refusal.Duplicate, "The run has its initial parameters.")) Unhandled(message);
        });
    }

    private void Ask()
    {
        _attempt++;
        _registry.Tell(new SubmitWork([new(new(Key, Examples: 0) { Avoid = _failed })]));
        Context.Parent.Tell(new StepProgress(Round: 0, _attempt, "initialising", 0, 1));
    }

    private void AskAnother(string reason, bool isTry = true)
    {
        _registry.Tell(new WorkDone(Key));
        if (isTry && ++_failures == Tries)
        {
            Finish(new InitialiseFailed($"Making the initial parameters failed {Tries} times; the last time: {reason}"));
            return;
        }
        Context.Parent.Tell(new StepNotice($"Worker '{_worker}' could not make the initial parameters: {reason}"));
        if (_worker.Length > 0) _failed = _failed.Add(_worker);
        Ask();
    }

    // The site's own data, perhaps: it stays out of this, and its client is told of in the rounds that ask it.
    private void LeaveOutSite(string reason)
    {
        _registry.Tell(new WorkDone(Key));
        // Who has been asked is asked again only where nobody else is attached.
        var all = _unusable.ContainsKey(_worker);
        _unusable = _unusable.SetItem(_worker, reason);
        _failed = _failed.Add(_worker);
        if (!all)
        {
            Context.Parent.Tell(new StepNotice($"Worker '{_worker}' cannot use its data: {reason}"));
            Ask();
        }
        else if (_roster.Clients.Count >= _plan.Job.Federation.Cohort.Minimum)
        {
            Finish(NobodyCan());
        }
        else
        {
            _waits = true;
            if (!Timers.IsTimerActive(Deadline.Instance)) Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, Patience);
        }
    }

    private InitialiseFailed NobodyCan()
    {
        const int Shown = 5;
        var told = string.Join("\n", _unusable.Take(Shown).Select(site => $"Worker '{site.Key}': {site.Value}"));
        return new($"No worker can use its data.\n{told}{(_unusable.Count > Shown ? $"\nAnd {_unusable.Count - Shown} more." : "")}");
    }

    private Verdict OnReport(TaskReport report)
    {
        if (WhyNot(report.Id, report.Ticket) is { } refused) return refused.ToVerdict();
        if (report.OutcomeCase != TaskReport.OutcomeOneofCase.Failure) return new() { Refused = Refusal.Malformed, Detail = "An initialise task reports only failures." };
        if (report.Failure.OnlyHere && _worker.Length > 0 && _refused.Add(_worker))
        {
            // Another worker may do it, however many will not.
            AskAnother(report.Failure.Reason, isTry: false);
        }
        else if (report.Failure.Permanent && IsLocal)
        {
            LeaveOutSite(report.Failure.Reason);
        }
        else if (report.Failure.Permanent || report.Failure.OnlyHere)
        {
            _registry.Tell(new WorkDone(Key));
            Finish(new InitialiseFailed(report.Failure.Reason));
        }
        else
        {
            AskAnother(report.Failure.Reason);
        }
        return Offers.Taken;
    }

    private void OnInitialised(OfferInitialised offer)
    {
        var (header, parameters) = (offer.Header, offer.Parameters);
        if (WhyNot(header.Id, header.Ticket) is { } refused)
        {
            Sender.Tell(refused.ToVerdict());
            return;
        }
        _registry.Tell(new WorkDone(Key));
        Sender.Tell(Offers.Taken);
        // A client without examples can neither train nor weigh anything.
        ImmutableArray<ClientShare> clients = _plan.Job.Data.Placement == Placement.Local
            ? []
            : [.. header.Initialised.Clients.Where(client => client.Examples > 0).Select(client => new ClientShare(client.Id, (long)client.Examples))];
        // What cannot be read was refused before it came here.
        GoalMapping.Read(header.Initialised.Goal, out var goal);
        ImmutableArray<ClientProblem> unusable =
            [.. header.Initialised.Unusable.Select(client => new ClientProblem { Client = client.Id, Worker = _worker, Reason = client.Reason })];
        if (WhyNot(clients, unusable, parameters.Schema, goal) is { } reason)
        {
            Finish(new InitialiseFailed(reason));
            return;
        }
        Become(Settling);
        var (job, algorithm, testExamples) = (_plan.Job, _plan.Algorithm, (long)header.Initialised.TestExamples);
        // Masked updates are added up by each round for itself.
        var isMasked = job.Privacy.SecureAggregation.Enabled;
        Task.Run(() => new RunInitialised(algorithm.Init(parameters), isMasked ? null : UpdateAggregates.Create(job, algorithm.UpdateSchema(parameters.Schema).Count, Environment.ProcessorCount), clients, testExamples, goal) { Unusable = unusable }).PipeTo(Self,
            success: initialised => new Settled(initialised, Error: null),
            failure: error => new Settled(Initialised: null, error));
    }

    private string? WhyNot(ImmutableArray<ClientShare> clients, ImmutableArray<ClientProblem> unusable, ParameterSchema schema, Core.Metrics.Goal? goal)
    {
        if (AlgorithmCatalog.Refusal(_plan.Job.Federation.Algorithm, schema) is { } unfit) return $"federation.algorithm: {unfit}.";
        if (goal is not null && !goal.Headline.Contains(Figures.Accuracy) && (_plan.Job.Stop.Accuracy is not null || _plan.Job.Stop.Metric == Figures.Accuracy))
            return $"stop: accuracy has no meaning for the objective {goal.Objective} of this data; remove the rule.";
        if (_plan.Job.Privacy.SecureAggregation.CountsLabels && WhyNotCounted(goal) is { } uncounted) return $"privacy.secure_aggregation.label_counts: {uncounted}.";
        if (_plan.Job.Data.Placement == Placement.Local) return null;
        var minimum = _plan.Job.Federation.Cohort.Minimum;
        if (clients.IsEmpty) return "The data has no client with training examples.";
        if (new AggregationFit(_plan.Job.Federation.Aggregation).Root is { } root && !clients.Any(client => client.Id == root))
            return $"federation.aggregation.root: the data has no client '{root}' with training examples; name one of {string.Join(", ", clients.Take(5).Select(client => client.Id))}{(clients.Length > 5 ? " ..." : "")}.";
        if (clients.Length >= minimum) return null;
        var first = unusable is [var problem, ..] ? $" The data of {unusable.Length} others cannot be used. Client '{problem.Client}': {problem.Reason}" : "";
        return $"federation.cohort.minimum asks for {minimum} updates a round, but the data has only {clients.Length} clients with examples.{first}";
    }

    // A worker refuses other data itself when it opens the run; one that only claims to be a worker may say anything.
    private static string? WhyNotCounted(Core.Metrics.Goal? goal) =>
        goal is null ? "the worker that made the first parameters does not say which classes there are; use one of this version"
        : MaskedLabels.Refusal(goal.Objective, goal.Classes.Length) ?? (goal.Classes.IsEmpty ? "the worker that made the first parameters names no classes; remove it" : null);

    private void Finish(object outcome)
    {
        Timers.CancelAll();
        Become(Done);
        Context.Parent.Tell(outcome);
    }

    private bool IsCurrent(TaskId id) => id.Attempt == _attempt;

    private RefusedOffer? WhyNot(TaskId id, ByteString ticket) => IsCurrent(id)
        ? _tickets.WhyNot(id, ticket)
        : new(Refusal.WrongRound, $"This is attempt {_attempt} at the initial parameters, not {id.Attempt}.");

    private sealed record Settled(RunInitialised? Initialised, Exception? Error);

    private sealed class Deadline
    {
        public static readonly Deadline Instance = new();
    }
}
