using System.Collections.Immutable;
using Akka.Actor;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Rounds;
using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Coordinator.Actors;

/// <summary>Measures one round's parameters: Measuring, Done. The central test set is cut into slices that any worker measures; without one, and with
/// evaluation.per_client, each client's own examples are measured: its share of the test set, which the whole is then made of, or its validation share beside the whole. Sums are added in the order of slices or clients, never of arrival. The run is told EvaluationDone, once, and stops this actor.</summary>
internal sealed class EvaluationActor : ReceiveActor, IWithTimers
{
    /// <summary>Tries at each part.</summary>
    public const int Tries = 3;

    /// <summary>Most clients that can be measured apart: their figures are in each round's report.</summary>
    public const int MostClients = 1000;

    /// <summary>Its only phase, as progress names it. Told after its tasks were handed in.</summary>
    public const string Phase = "evaluating";

    private readonly EvaluationPlan _plan;
    private readonly IActorRef _registry;
    private readonly SumsInOrder _sums;
    private readonly SortedDictionary<string, Measurement> _clients = new(StringComparer.Ordinal);
    private readonly Dictionary<Part, int> _positions = [];   // of the parts that the whole is made of
    private readonly int _parts;
    private readonly HashSet<Part> _measured = [];
    private readonly Dictionary<Part, Try> _open = [];
    private readonly TaskTickets _tickets = new();

    public EvaluationActor(EvaluationPlan plan, IActorRef registry)
    {
        (_plan, _registry) = (plan, registry);
        Part[] slices = IsCentral && !(IsPerClient && plan.Job.Data.TestsBelongToClients) ? [.. Enumerable.Range(0, EvaluationSlices.Count(plan.TestExamples)).Select(slice => new Part("", slice))] : [];
        Part[] clients = slices.Length == 0 || IsPerClient ? [.. plan.Clients.Select(client => new Part(client.Id, 0)).Order(Part.Order)] : [];
        foreach (var part in slices.Length > 0 ? slices : clients) _positions.Add(part, _positions.Count);
        foreach (var part in slices.Concat(clients)) _open.Add(part, new(1, "", []));
        (_sums, _parts) = (new(_positions.Count), _open.Count);
        Become(Measuring);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private bool IsPerClient => _plan.Job.Evaluation.PerClient;

    // One test set, of which nothing may be missing.
    private bool IsCentral => _plan.Job.Data.Placement == Placement.Shared && _plan.TestExamples > 0;

    public static Props Props(EvaluationPlan plan, IActorRef registry) => Akka.Actor.Props.Create(() => new EvaluationActor(plan, registry));

    protected override void PreStart()
    {
        if (_open.Count == 0)
        {
            Finish(null, "no client is attached that could measure the model.");
            return;
        }
        if (!IsCentral && _plan.Job.Privacy.SecureAggregation.Enabled)
        {
            _open.Clear();
            Finish(null, "clients measure on examples of their own alone, and what one of them measured would be told apart from the others; the reports of rounds have sums over validation shares.");
            return;
        }
        if (IsPerClient && _plan.Clients.Length > MostClients)
        {
            _open.Clear();
            Finish(null, $"evaluation.per_client measures at most {MostClients} clients apart, and there are {_plan.Clients.Length}.");
            return;
        }
        Submit([.. _open.Keys]);
        Progress();
    }

    protected override void PostStop() => Withdraw();

    private void Measuring()
    {
        Receive<TaskAssigned>(assigned =>
        {
            _tickets.Give(assigned);
            var part = new Part(assigned.Key.Client, assigned.Key.Slice);
            if (_open.TryGetValue(part, out var current)) _open[part] = current with { Worker = assigned.Worker };
            if (!Timers.IsTimerActive(Deadline.Instance)) Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, _plan.Job.Federation.Cohort.Deadline);
        });
        Receive<TaskLost>(lost => Skip(new(lost.Key.Client, lost.Key.Slice), $"the worker of client '{lost.Key.Client}' is gone."));
        Receive<OfferReport>(offer => Sender.Tell(OnReport(offer.Report)));
        Receive<BeginUpload>(_ => Sender.Tell(new RefusedOffer(Refusal.Malformed, "An evaluation has no values to upload.")));
        Receive<UploadRejected>(_ => { });
        Receive<Deadline>(_ =>
        {
            if ((IsCentral && _sums.Count < _positions.Count) || _sums.Count == 0) Finish(null, $"{_sums.Count} of {_positions.Count} parts were measured when the deadline passed.");
            else FinishWithSums();
        });
    }

    private void Done()
    {
        Receive<TaskAssigned>(_ => { });
        Receive<TaskLost>(_ => { });
        Receive<Deadline>(_ => { });
        ReceiveAny(message =>
        {
            if (!Offers.Refuse(message, Sender, Refusal.RoundClosed, $"Round {_plan.Round} is measured.")) Unhandled(message);
        });
    }

    private Verdict OnReport(TaskReport report)
    {
        var id = report.Id;
        if (id.Slice > int.MaxValue) return new() { Refused = Refusal.Malformed, Detail = "There is no such slice." };
        var part = new Part(id.Client, (int)id.Slice);
        if (_measured.Contains(part)) return new() { Refused = Refusal.Duplicate, Detail = "This part is measured already." };
        if (!_open.TryGetValue(part, out var current)) return new() { Refused = Refusal.NotInCohort, Detail = $"Nobody asked for this part of the evaluation of round {_plan.Round}." };
        if (id.Attempt != current.Number) return new() { Refused = Refusal.WrongRound, Detail = $"This is attempt {current.Number}, not {id.Attempt}." };
        if (_tickets.WhyNot(id, report.Ticket) is { } stranger) return stranger.ToVerdict();
        if (report.OutcomeCase == TaskReport.OutcomeOneofCase.Failure)
        {
            OnFailure(part, current, report.Failure);
            return Offers.Taken;
        }
        if (TaskReports.ReadEvaluation(report, out var sums) is { } refusal)
        {
            OnFailure(part, current, new() { Reason = refusal.Detail, Permanent = true });
            return refusal.ToVerdict();
        }
        _registry.Tell(new WorkDone(KeyOf(part)));
        _open.Remove(part);
        _measured.Add(part);
        if (_positions.TryGetValue(part, out var position)) _sums.Add(position, sums);
        if (IsPerClient && part.Client.Length > 0 && sums.Sums.Examples > 0) _clients.Add(part.Client, new(sums.Sums, [.. FiguresOf(sums).Where(figure => !figure.IsOfOneClass)]));
        Progress();
        if (_open.Count == 0) FinishWithSums();
        return Offers.Taken;
    }

    private void OnFailure(Part part, Try current, TaskFailure failure)
    {
        _registry.Tell(new WorkDone(KeyOf(part)));
        // A worker that refuses is no try: another one may do it, until one is asked again that has refused.
        var elsewhere = failure.OnlyHere && current.Worker.Length > 0 && !current.Avoid.Contains(current.Worker);
        if (!elsewhere && (failure.Permanent || failure.OnlyHere || current.Number >= Tries))
        {
            Skip(part, failure.Reason);
            return;
        }
        _open[part] = new(current.Number + 1, "", current.Worker.Length > 0 ? current.Avoid.Add(current.Worker) : current.Avoid);
        Submit([part]);
    }

    // A client that cannot measure is left out; a slice that cannot be measured leaves the whole without meaning.
    private void Skip(Part part, string reason)
    {
        if (!_open.Remove(part)) return;
        var counts = _positions.TryGetValue(part, out var position);
        if (counts) _sums.Skip(position);
        if ((counts && IsCentral) || (_open.Count == 0 && _sums.Count == 0)) Finish(null, reason);
        else if (_open.Count == 0) FinishWithSums();
    }

    private void FinishWithSums()
    {
        var total = _sums.Total;
        if (total.Sums.Examples == 0)
            Finish(null, $"no client has examples to measure the model with: set {(IsPerClient ? "data.test" : "data.validation")} above 0.");
        else Finish(new(new(total.Sums, FiguresOf(total)), ConfusionMatrix.Of(total, Classes), _clients.ToImmutableSortedDictionary(StringComparer.Ordinal)), "");
    }

    private ImmutableArray<string> Classes => _plan.Goal?.Classes ?? [];

    private ImmutableArray<Core.Metrics.Figure> FiguresOf(EvaluationSums sums) => Figures.Of(sums, Classes);

    private void Finish(EvaluationResult? result, string problem)
    {
        Timers.CancelAll();
        Withdraw();
        Become(Done);
        Context.Parent.Tell(new EvaluationDone(_plan.Round, result, problem));
    }

    private void Submit(IEnumerable<Part> parts)
    {
        var parameters = _plan.Parameters;
        var reference = new ParametersRef { Sha256 = parameters.Hash, SchemaHash = parameters.Schema.Hash, Count = (ulong)parameters.Schema.Count };
        var sizes = _plan.Clients.ToDictionary(client => client.Id, client => client.Examples, StringComparer.Ordinal);
        _registry.Tell(new SubmitWork([.. parts.Select(part => new TaskOrder(
            new(KeyOf(part), part.Client.Length == 0 ? _plan.TestExamples / _positions.Count : sizes.GetValueOrDefault(part.Client))
            {
                Local = _plan.Job.Data.Placement == Placement.Local,
                Urgent = _plan.Job.Stop.LooksAtEvaluations,
                Avoid = _open[part].Avoid,
            },
            reference, part.Client.Length == 0 ? _positions.Count : 0))]));
    }

    private void Withdraw()
    {
        if (_open.Count > 0) _registry.Tell(new WithdrawWork([.. _open.Keys.Select(KeyOf)]));
        _open.Clear();
    }

    private TaskKey KeyOf(Part part) =>
        new(_plan.Run, TaskPurpose.Evaluate, _plan.Round, _open.TryGetValue(part, out var current) ? current.Number : 1, part.Client, part.Slice);

    private void Progress() => Context.Parent.Tell(new StepProgress(_plan.Round, Attempt: 1, Phase, _measured.Count, _parts));

    private sealed record Part(string Client, int Slice)
    {
        public static readonly IComparer<Part> Order = Comparer<Part>.Create((a, b) =>
            string.CompareOrdinal(a.Client, b.Client) is not 0 and var order ? order : a.Slice.CompareTo(b.Slice));
    }

    private sealed record Try(int Number, string Worker, ImmutableHashSet<string> Avoid);

    private sealed class Deadline
    {
        public static readonly Deadline Instance = new();
    }
}
