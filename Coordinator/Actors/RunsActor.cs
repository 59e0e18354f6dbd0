using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Federated.Coordinator.Grpc;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>The top of the control plane, one in the cluster: Loading, Active, Ending. It queues runs, has one at a time at work in the order of submission, hands
/// workers to the registry and everything about one run to that run's actor. It keeps nothing that is not in the catalogue or in a run's own journal.</summary>
public sealed partial class RunsActor : ReceiveActor, IWithTimers, IWithUnboundedStash
{
    // A run that fails so often without getting anywhere has a defect that another try meets again.
    private const int MaxDefects = 3;

    // A journal that is not read by then is taken for away, so that nobody waits for an answer until the call's own limit.
    private static readonly TimeSpan LoadingPatience = TimeSpan.FromSeconds(5);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RunsSettings _settings;
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, Entry> _byRun = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _submissions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<IActorRef>> _submitting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(IActorRef Asker, RetryRun Retry)>> _reopening = new(StringComparer.Ordinal);
    private IActorRef _registry = ActorRefs.Nobody;
    private IActorRef? _catalog;
    private ulong? _epoch;
    private Entry? _active;
    private int _added, _actors, _catalogFailures;
    private bool _isSlow;

    /// <summary>Use <see cref="Props"/>.</summary>
    public RunsActor(RunsSettings settings)
    {
        _settings = settings;
        Become(Loading);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    public IStash Stash { get; set; } = null!;

    /// <summary>How to start it. Workers and services find it as the singleton <c>runs</c>.</summary>
    public static Props Props(RunsSettings settings) => Akka.Actor.Props.Create(() => new RunsActor(settings));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _registry = Context.ActorOf(ClientRegistryActor.Props(_settings), "registry");
        Context.WatchWith(_registry, RegistryGone.Instance);
        Timers.StartSingleTimer(LoadingIsSlow.Instance, LoadingIsSlow.Instance, LoadingPatience);
        StartCatalog();
    }

    // Neither a run nor the registry nor the catalogue can go on from a fresh state: the first and the last are started again from their journals, and without
    // the registry this actor starts anew.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        _log.Error(error, "A part of the control plane failed by a defect.");
        return Directive.Stop;
    });

    // The journal has not said yet which runs there are. Questions wait for it, unless it is known to be away.
    private void Loading()
    {
        Receive<CatalogReady>(ready =>
        {
            Timers.Cancel(LoadingIsSlow.Instance);
            _epoch = ready.Epoch;
            Learn(ready);
            Become(Active);
            StartNext();
            Stash.UnstashAll();
        });
        Receive<LoadingIsSlow>(_ =>
        {
            _isSlow = true;
            Stash.UnstashAll();
        });
        Always();
        ReceiveAny(message =>
        {
            if (Offers.Refuse(message, Sender, Refusal.NotActive, "This coordinator is reading its journal; try again.")) return;
            if (_catalogFailures == 0 && !_isSlow) Stash.Stash();
            else Decline(message);
        });
    }

    private void Active()
    {
        Receive<SubmitJob>(OnSubmit);
        Receive<RunAdded>(added => OnAdded(added.Added));
        Receive<GetRuns>(_ => Sender.Tell(new ListReply { Runs = { Enumerable.Reverse(_entries).Select(Now) } }));
        Receive<GetRun>(get => About(get.Run, get, entry => new RunFound<RunDetails>(entry is null ? null : new() { Summary = entry.Summary, JobYaml = entry.Yaml })));
        Receive<StopRun>(stop => About(stop.Run, stop, Summarise));
        Receive<PauseRun>(pause => About(pause.Run, pause, Summarise));
        Receive<ResumeRun>(resume => About(resume.Run, resume, Summarise));
        Receive<RetryRun>(OnRetry);
        Receive<RunReopened>(reopened => OnReopened(reopened.Run));
        Receive<GetModel>(get => About(get.Run, get, entry => entry is null ? new RunFound<CommittedModel>(null) : new RunRefused(entry.Summary.Reason)));
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
        Receive<OfferMasked>(Route);
        Receive<JoinMasking>(Route);
        Receive<MaskingAnswered>(Route);
        Receive<MaskingLeft>(Route);
        Receive<OfferInitialised>(Route);
        Receive<OfferReport>(Route);
        Receive<RunChanged>(OnChanged);
        Receive<RunInterrupted>(OnInterrupted);
        Receive<RunFenced>(fenced => EndNode($"Another coordinator has run {fenced.Run} in epoch {fenced.Epoch}; this one is of epoch {_epoch}.", _settings.Fenced));
        Receive<RunIdle>(OnIdle);
        Receive<LoadingIsSlow>(_ => { });
        Receive<RunGone>(OnGone);
        Receive<StartAgain>(again =>
        {
            var entry = _byRun[again.Run];
            if (entry.Actor is null && !IsOver(entry.Summary)) StartActor(entry);
        });
        // It was away for a moment. What it took in just before that is known to it alone.
        Receive<CatalogReady>(ready =>
        {
            Learn(ready);
            foreach (var entry in _entries.Where(entry => IsOver(entry.Summary) && entry is { Job: not null, IsGivenUp: false }))
                _catalog.Tell(new EndRun(entry.Summary));
            StartNext();
        });
        Always();
    }

    // Another coordinator has the runs, or nobody can have them: the host is about to stop this node.
    private void Ending()
    {
        ReceiveAny(message =>
        {
            if (!Offers.Refuse(message, Sender, Refusal.NotActive, "This coordinator is ending; try again.")) Decline(message);
        });
    }

    private void Decline(object question)
    {
        if (question is WatchRun watch) watch.Events.TryComplete(new NotActiveException());
        if (question is SubmitJob or GetRuns or GetRun or StopRun or PauseRun or ResumeRun or RetryRun or GetModel or WatchRun) Sender.Tell(Unavailable());
    }

    private void Always()
    {
        Receive<Hello>(hello => _registry.Forward(hello));
        Receive<Locate>(_ => Sender.Tell(new Located { Address = _settings.TransferAddress() }));
        Receive<CatalogInterrupted>(OnCatalogInterrupted);
        Receive<CatalogFenced>(fenced => EndNode(fenced.Reason, _settings.Fenced));
        Receive<CatalogGone>(_ => OnCatalogGone());
        Receive<StartCatalogAgain>(_ => StartCatalog());
        Receive<RegistryGone>(_ => throw new InvalidOperationException("The registry of workers failed; nothing can go on without it."));
    }

    private void OnSubmit(SubmitJob submit)
    {
        if (submit.Submission.Length > 0 && _submissions.TryGetValue(submit.Submission, out var known))
        {
            Sender.Tell(new JobQueued(known));
            return;
        }
        if (_catalog is null)
        {
            Sender.Tell(Unavailable());
            return;
        }
        var now = _settings.Time.GetUtcNow();
        var added = new CatalogEntry.Types.Added
        {
            Run = string.Create(CultureInfo.InvariantCulture, $"{now:yyyyMMdd-HHmmss}-{++_added}"),
            JobYaml = submit.Yaml,
            UnixMs = now.ToUnixTimeMilliseconds(),
            Submission = submit.Submission,
        };
        _submitting.Add(added.Run, [Sender]);
        _catalog.Tell(new AddRun(added));
    }

    private void OnAdded(CatalogEntry.Types.Added added)
    {
        if (!_byRun.ContainsKey(added.Run)) StartActor(Add(added));
        if (_submitting.Remove(added.Run, out var askers))
            foreach (var asker in askers) asker.Tell(new JobQueued(added.Run));
    }

    private void OnRetry(RetryRun retry)
    {
        if (Find(retry.Run) is not { Job: not null, IsGivenUp: false, Summary.Status: RunStatus.Failed or RunStatus.Stopped })
        {
            About(retry.Run, retry, entry => entry is null ? Summarise(entry) : new RunRefused(entry.Summary.Reason));
        }
        else if (_catalog is null)
        {
            Sender.Tell(Unavailable());
        }
        else
        {
            // First the catalogue: a run that goes on and counts as over would be forgotten by the next coordinator.
            if (!_reopening.TryGetValue(retry.Run, out var asking)) _reopening[retry.Run] = asking = [];
            asking.Add((Sender, retry));
            _catalog.Tell(new ReopenRun(retry.Run));
        }
    }

    private void OnReopened(string run)
    {
        if (!_reopening.Remove(run, out var asking)) return;
        var entry = _byRun[run];
        (entry.Interruptions, entry.Defects) = (0, 0);
        foreach (var (asker, retry) in asking) About(entry, retry, asker);
    }

    private void OnChanged(RunChanged changed)
    {
        var entry = _byRun[changed.Summary.Run];
        (entry.Summary, entry.IsKnown) = (changed.Summary, true);
        if (changed.Summary.Round > entry.Reached) (entry.Reached, entry.Interruptions, entry.Defects) = (changed.Summary.Round, 0, 0);
        if (entry.Summary.Status == RunStatus.Running && _active is null) SetActive(entry);
        else if (entry.Summary.Status != RunStatus.Running && _active == entry) _active = null;
        if (IsOver(entry.Summary)) _catalog?.Tell(new EndRun(entry.Summary));
        StartNext();
    }

    private void StartNext()
    {
        // A run that was at work when the last coordinator ended goes first; only its journal knows.
        if (_active is not null || _entries.Exists(entry => entry.Actor is not null && !entry.IsKnown)) return;
        if (_entries.Find(entry => entry.Actor is not null && entry.Summary.Status == RunStatus.Queued) is not { } next) return;
        SetActive(next);
        next.Actor!.Tell(StartRun.Instance);
    }

    private void SetActive(Entry entry)
    {
        _active = entry;
        entry.Started = _settings.Time.GetTimestamp();
    }

    // A run answers itself; one that nobody can run is answered for.
    private void About(string run, object message, Func<Entry?, object> answer)
    {
        if (Find(run) is { Job: not null, IsGivenUp: false } entry) About(entry, message, Sender);
        else Sender.Tell(answer(Find(run)));
    }

    private void About(Entry entry, object message, IActorRef asker)
    {
        if (entry.Actor is null && IsOver(entry.Summary)) StartActor(entry);
        if (entry.Actor is { } actor) actor.Tell(message, asker);
        else asker.Tell(new JournalUnavailable($"The journal of run {entry.Run} is not available now; try again."));
    }

    private void Route(object message)
    {
        if (Offers.TaskOf(message) is { } id && Find(id.Run) is { } entry)
        {
            if (entry.Actor is { } actor) actor.Forward(message);
            else if (IsOver(entry.Summary)) Offers.Refuse(message, Sender, Refusal.RoundClosed, $"Run {entry.Run} is over.");
            else Offers.Refuse(message, Sender, Refusal.NotActive, $"Run {entry.Run} is being restored; try again.");
            return;
        }
        Offers.Refuse(message, Sender, Refusal.UnknownRun, "This coordinator has no such run.");
    }

    private void EndNode(string reason, Action<string> tell)
    {
        // The host says it to people.
        _log.Info(reason);
        foreach (var child in Context.GetChildren()) Context.Stop(Context.Unwatch(child));
        Timers.CancelAll();
        Become(Ending);
        tell(reason);
    }

    private Entry? Find(string run) => _byRun.GetValueOrDefault(run);

    private RunSummary Now(Entry entry)
    {
        if (entry.Summary.Status != RunStatus.Running || _active != entry) return entry.Summary;
        var summary = entry.Summary.Clone();
        summary.WallSeconds += _settings.Time.GetElapsedTime(entry.Started).TotalSeconds;
        return summary;
    }

    private static object Summarise(Entry? entry) => new RunFound<RunSummary>(entry?.Summary);

    private static bool IsOver(RunSummary summary) => summary.Status is RunStatus.Completed or RunStatus.Stopped or RunStatus.Failed;

    private static JournalUnavailable Unavailable() => new("The journal is not available now; try again.");

    private sealed class Entry(CatalogEntry.Types.Added added, JobSpec? job)
    {
        public string Run => added.Run;

        public string Yaml => added.JobYaml;

        public long SubmittedUnixMs => added.UnixMs;

        // Null when this version cannot read it.
        public JobSpec? Job { get; } = job;

        public IActorRef? Actor { get; set; }

        // True once its actor has spoken.
        public bool IsKnown { get; set; }

        public long Started { get; set; }

        public uint Reached { get; set; }

        public int Interruptions { get; set; }

        public int Defects { get; set; }

        // This coordinator cannot run it any more; another start may.
        public bool IsGivenUp { get; set; }

        public required RunSummary Summary { get; set; }
    }

    private sealed record RunGone(string Run, IActorRef Actor);

    private sealed record StartAgain(string Run);

    private sealed class CatalogGone
    {
        public static readonly CatalogGone Instance = new();
    }

    private sealed class LoadingIsSlow
    {
        public static readonly LoadingIsSlow Instance = new();
    }

    private sealed class StartCatalogAgain
    {
        public static readonly StartCatalogAgain Instance = new();
    }

    private sealed class RegistryGone
    {
        public static readonly RegistryGone Instance = new();
    }
}
