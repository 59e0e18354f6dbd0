using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>The top of the control plane, one in the cluster: queues runs, has one at a time at work in the order of submission, hands workers to the registry and
/// everything about one run to that run's actor.</summary>
public sealed class RunsActor : ReceiveActor
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RunsSettings _settings;
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, Entry> _byRun = new(StringComparer.Ordinal);
    private IActorRef _registry = ActorRefs.Nobody;
    private Entry? _active;

    /// <summary>Use <see cref="Props"/>.</summary>
    public RunsActor(RunsSettings settings)
    {
        _settings = settings;
        Receive<Hello>(hello => _registry.Forward(hello));
        Receive<SubmitJob>(OnSubmit);
        Receive<GetRuns>(_ => Sender.Tell(new ListReply { Runs = { Enumerable.Reverse(_entries).Select(Now) } }));
        Receive<GetRun>(get => About(get.Run, get, entry => new RunFound<RunDetails>(entry is null ? null : new() { Summary = entry.Summary, JobYaml = entry.Yaml })));
        Receive<StopRun>(stop => About(stop.Run, stop, entry => new RunFound<RunSummary>(entry?.Summary)));
        Receive<GetModel>(get => About(get.Run, get, _ => new RunFound<CommittedModel>(null)));
        Receive<WatchRun>(watch => About(watch.Run, watch, entry =>
        {
            watch.Events.TryComplete();
            return new RunFound<RunSummary>(entry?.Summary);
        }));
        Receive<UnwatchRun>(unwatch => Find(unwatch.Run)?.Actor?.Forward(unwatch));
        Receive<BytesMoved>(moved => Find(moved.Run)?.Actor?.Forward(moved));
        Receive<BeginUpload>(Route);
        Receive<UploadRejected>(Route);
        Receive<OfferUpdate>(Route);
        Receive<OfferInitialised>(Route);
        Receive<OfferReport>(Route);
        Receive<RunChanged>(OnChanged);
        Receive<RunGone>(OnGone);
        Receive<RegistryGone>(_ => throw new InvalidOperationException("The registry of workers failed; nothing can go on without it."));
    }

    /// <summary>How to start it. Workers and services find it as the singleton <c>runs</c>.</summary>
    public static Props Props(RunsSettings settings) => Akka.Actor.Props.Create(() => new RunsActor(settings));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _registry = Context.ActorOf(ClientRegistryActor.Props(_settings), "registry");
        Context.WatchWith(_registry, RegistryGone.Instance);
    }

    // Neither a run nor the registry can go on from a fresh state: a run counts as failed, and without the registry this actor starts anew.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        _log.Error(error, "A part of the control plane failed by a defect.");
        return Directive.Stop;
    });

    private void OnSubmit(SubmitJob submit)
    {
        var run = string.Create(CultureInfo.InvariantCulture, $"{_settings.Time.GetUtcNow():yyyyMMdd-HHmmss}-{_entries.Count + 1}");
        var actor = Context.ActorOf(RunActor.Props(run, submit, _settings, _registry), $"run-{run}");
        Context.WatchWith(actor, new RunGone(run));
        var entry = new Entry(run, submit.Yaml, submit.Job) { Actor = actor };
        _entries.Add(entry);
        _byRun.Add(run, entry);
        Sender.Tell(new JobQueued(run));
        StartNext();
    }

    private void OnChanged(RunChanged changed)
    {
        var entry = _byRun[changed.Summary.Run];
        entry.Summary = changed.Summary;
        if (IsOver(entry) && _active == entry) EndActive();
    }

    private void OnGone(RunGone gone)
    {
        var entry = _byRun[gone.Run];
        entry.Actor = null;
        if (IsOver(entry)) return;
        entry.Summary = entry.Summary.Clone();
        (entry.Summary.Status, entry.Summary.Reason) = (RunStatus.Failed, "A defect of the coordinator ended the run; its log says more.");
        _registry.Tell(new CloseRunWork(gone.Run));
        _settings.Parameters.RetireRun(gone.Run);
        if (_active == entry) EndActive();
    }

    private void EndActive()
    {
        _active = null;
        StartNext();
    }

    private void StartNext()
    {
        if (_active is not null || _entries.Find(entry => entry.Actor is not null && entry.Summary.Status == RunStatus.Queued) is not { } next) return;
        _active = next;
        next.Started = _settings.Time.GetTimestamp();
        next.Actor!.Tell(StartRun.Instance);
    }

    // A run answers itself; one that a defect has ended is answered for.
    private void About(string run, object message, Func<Entry?, object> answer)
    {
        var entry = Find(run);
        if (entry?.Actor is { } actor) actor.Forward(message);
        else Sender.Tell(answer(entry));
    }

    private void Route(object message)
    {
        if (Offers.TaskOf(message) is { } id && Find(id.Run)?.Actor is { } actor) actor.Forward(message);
        else Offers.Refuse(message, Sender, Refusal.UnknownRun, "This coordinator has no such run; it may have been started anew.");
    }

    private Entry? Find(string run) => _byRun.GetValueOrDefault(run);

    private RunSummary Now(Entry entry)
    {
        if (entry.Summary.Status != RunStatus.Running) return entry.Summary;
        var summary = entry.Summary.Clone();
        summary.WallSeconds = _settings.Time.GetElapsedTime(entry.Started).TotalSeconds;
        return summary;
    }

    private static bool IsOver(Entry entry) => entry.Summary.Status is RunStatus.Completed or RunStatus.Stopped or RunStatus.Failed;

    private sealed class Entry(string run, string yaml, JobSpec job)
    {
        public string Yaml { get; } = yaml;

        public IActorRef? Actor { get; set; }

        public long Started { get; set; }

        // Until the run speaks for itself.
        public RunSummary Summary { get; set; } = new() { Run = run, Name = job.Name, Status = RunStatus.Queued, Rounds = (uint)job.Federation.Rounds };
    }

    private sealed record RunGone(string Run);

    private sealed class RegistryGone
    {
        public static readonly RegistryGone Instance = new();
    }
}
