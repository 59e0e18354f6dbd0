using System.Collections.Immutable;
using Akka.Actor;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Parameters;
using Federated.Core.Rounds;
using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Coordinator.Actors;

/// <summary>Gets a run's initial parameters from some worker: Asking, Settling, Done. The run is told RunInitialised or InitialiseFailed, once, and stops this actor.</summary>
internal sealed class InitialiseActor : ReceiveActor
{
    /// <summary>Tries, each on another worker where there is one.</summary>
    public const int Tries = 3;

    private readonly InitialisePlan _plan;
    private readonly IActorRef _registry;
    private ImmutableHashSet<string> _failed = [];
    private string _worker = "";
    private int _attempt;

    public InitialiseActor(InitialisePlan plan, IActorRef registry)
    {
        (_plan, _registry) = (plan, registry);
        Become(Asking);
    }

    private TaskKey Key => new(_plan.Run, TaskPurpose.Initialise, Round: 0, _attempt);

    public static Props Props(InitialisePlan plan, IActorRef registry) => Akka.Actor.Props.Create(() => new InitialiseActor(plan, registry));

    protected override void PreStart() => Ask();

    private void Asking()
    {
        Receive<TaskAssigned>(assigned => _worker = assigned.Worker);
        Receive<BeginUpload>(begin => Sender.Tell(IsCurrent(begin.Id) ? new UploadPermit(Schema: null) : WrongAttempt(begin.Id)));
        Receive<UploadRejected>(rejected =>
        {
            if (IsCurrent(rejected.Id)) AskAnother(rejected.Detail);
        });
        Receive<OfferReport>(offer => Sender.Tell(OnReport(offer.Report)));
        Receive<OfferInitialised>(OnInitialised);
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

    private void AskAnother(string reason)
    {
        _registry.Tell(new WorkDone(Key));
        if (_attempt == Tries)
        {
            Finish(new InitialiseFailed($"Making the initial parameters failed {Tries} times; the last time: {reason}"));
            return;
        }
        Context.Parent.Tell(new StepNotice($"Worker '{_worker}' could not make the initial parameters: {reason}"));
        if (_worker.Length > 0) _failed = _failed.Add(_worker);
        Ask();
    }

    private Verdict OnReport(TaskReport report)
    {
        if (!IsCurrent(report.Id)) return Refused(WrongAttempt(report.Id));
        if (report.OutcomeCase != TaskReport.OutcomeOneofCase.Failure) return new() { Refused = Refusal.Malformed, Detail = "An initialise task reports only failures." };
        if (report.Failure.Permanent)
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
        if (!IsCurrent(header.Id))
        {
            Sender.Tell(Refused(WrongAttempt(header.Id)));
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
        if (WhyNot(clients, parameters.Schema, goal) is { } reason)
        {
            Finish(new InitialiseFailed(reason));
            return;
        }
        Become(Settling);
        var (algorithm, testExamples) = (_plan.Algorithm, (long)header.Initialised.TestExamples);
        Task.Run(() => new RunInitialised(algorithm.Init(parameters), new ExactMean(parameters.Schema.Count), clients, testExamples, goal)).PipeTo(Self,
            success: initialised => new Settled(initialised, Error: null),
            failure: error => new Settled(Initialised: null, error));
    }

    private string? WhyNot(ImmutableArray<ClientShare> clients, ParameterSchema schema, Core.Metrics.Goal? goal)
    {
        if (AlgorithmCatalog.Refusal(_plan.Job.Federation.Algorithm, schema) is { } unfit) return $"federation.algorithm: {unfit}.";
        if (goal is not null && !goal.Headline.Contains(Figures.Accuracy) && (_plan.Job.Stop.Accuracy is not null || _plan.Job.Stop.Metric == Figures.Accuracy))
            return $"stop: accuracy has no meaning for the objective {goal.Objective} of this data; remove the rule.";
        if (_plan.Job.Data.Placement == Placement.Local) return null;
        var minimum = _plan.Job.Federation.Cohort.Minimum;
        if (clients.IsEmpty) return "The data has no client with training examples.";
        return clients.Length < minimum ? $"federation.cohort.minimum asks for {minimum} updates a round, but the data has only {clients.Length} clients with examples." : null;
    }

    private void Finish(object outcome)
    {
        Become(Done);
        Context.Parent.Tell(outcome);
    }

    private bool IsCurrent(TaskId id) => id.Attempt == _attempt;

    private RefusedOffer WrongAttempt(TaskId id) => new(Refusal.WrongRound, $"This is attempt {_attempt} at the initial parameters, not {id.Attempt}.");

    private static Verdict Refused(RefusedOffer refused) => new() { Refused = refused.Reason, Detail = refused.Detail };

    private sealed record Settled(RunInitialised? Initialised, Exception? Error);
}
