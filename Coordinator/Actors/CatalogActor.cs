using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Federated.Coordinator.Journal;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>The list of all runs, in a journal of its own, and with it the coordinator's epoch: the first thing that a coordinator writes is that it begins the
/// next one. From then on whoever had the runs before cannot write: the number of its next entry is taken. States: Recovering, Ready.</summary>
internal sealed class CatalogActor : ReceivePersistentActor, IWithTimers
{
    /// <summary>Name of its journal.</summary>
    public const string Id = "runs";

    private const int EntriesPerSnapshot = 100;

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RunsSettings _settings;
    private readonly List<string> _order = [];
    private readonly Dictionary<string, CatalogRun> _runs = new(StringComparer.Ordinal);
    private readonly ulong? _own;
    private ulong _epoch;
    private long _recovered;

    /// <param name="settings">The control plane's.</param>
    /// <param name="own">The epoch that this coordinator began already; null when it takes over now.</param>
    public CatalogActor(RunsSettings settings, ulong? own)
    {
        (_settings, _own) = (settings, own);
        Recover<SnapshotOffer>(offer =>
        {
            JournalDamage.Replay(LastSequenceNr, () =>
            {
                foreach (var entry in ((CatalogSnapshot)offer.Snapshot).Entries) Apply(entry);
            });
            _recovered = LastSequenceNr;
        });
        Recover<CatalogEntry>(entry =>
        {
            JournalDamage.CheckFollows(LastSequenceNr, _recovered);
            JournalDamage.Replay(LastSequenceNr, () => Apply(entry));
            _recovered = LastSequenceNr;
        });
        Recover<RecoveryCompleted>(_ => OnRecovered());
        Command<AddRun>(add => Keep(new() { Added = add.Added }, () => Sender.Tell(new RunAdded(add.Added))));
        Command<EndRun>(end =>
        {
            if (_runs[end.Summary.Run].End is null) Keep(new() { Ended = new() { Summary = end.Summary } }, () => { });
        });
        Command<ReopenRun>(reopen =>
        {
            if (_runs[reopen.Run].End is null) Sender.Tell(new RunReopened(reopen.Run));
            else Keep(new() { Reopened = new() { Run = reopen.Run } }, () => Sender.Tell(new RunReopened(reopen.Run)));
        });
        Command<LookForSuccessor>(_ => Persistence.Instance.Apply(Context.System).JournalFor("")
            .Tell(new ReplayMessages(LastSequenceNr + 1, long.MaxValue, 1, PersistenceId, Self)));
        Command<RecoverySuccess>(seen =>
        {
            if (seen.HighestSequenceNr > LastSequenceNr) Context.Parent.Tell(new CatalogFenced("Another coordinator has taken the runs over."));
        });
        Command<ReplayedMessage>(_ => { });
        // The journal is away: the next write or look will tell.
        Command<ReplayMessagesFailure>(_ => { });
        Command<SaveSnapshotSuccess>(saved => DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1)));
        Command<SaveSnapshotFailure>(failure => _log.Warning("A snapshot of the list of runs could not be written: {0}", failure.Cause.Message));
        Command<DeleteSnapshotsSuccess>(_ => { });
        Command<DeleteSnapshotsFailure>(failure => _log.Warning("Old snapshots of the list of runs could not be deleted: {0}", failure.Cause.Message));
    }

    public override string PersistenceId => Id;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(RunsSettings settings, ulong? own) => Akka.Actor.Props.Create(() => new CatalogActor(settings, own));

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        Context.Parent.Tell(new CatalogInterrupted(cause.Message, JournalDamage.Is(cause)));

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
        throw new InvalidOperationException($"The journal of all runs rejected entry {sequenceNr}.", cause);

    protected override void OnRecoveryFailure(Exception reason, object? message = null) =>
        Context.Parent.Tell(new CatalogInterrupted(reason.Message, JournalDamage.Is(reason)));

    private void OnRecovered()
    {
        if (LastSequenceNr != _recovered)
        {
            Context.Parent.Tell(new CatalogInterrupted(JournalDamage.Missing(_recovered + 1, LastSequenceNr), Damaged: true));
            Context.Stop(Self);
            return;
        }
        if (_own is { } own && _epoch > own)
        {
            Context.Parent.Tell(new CatalogFenced($"Another coordinator has taken the runs over: it began epoch {_epoch}, this one is of epoch {own}."));
            return;
        }
        if (_own is null)
        {
            _epoch++;
            Keep(new() { TakenOver = new() { Node = _settings.TransferAddress() } }, Ready);
        }
        else
        {
            Ready();
        }
    }

    private void Ready()
    {
        _log.Info("Epoch {0} of the runs begins here, with {1} runs.", _epoch, _order.Count);
        Timers.StartPeriodicTimer(LookForSuccessor.Instance, LookForSuccessor.Instance, _settings.EpochCheck);
        Context.Parent.Tell(new CatalogReady(_epoch, [.. _order.Select(run => _runs[run])]));
    }

    private void Keep(CatalogEntry entry, Action then)
    {
        (entry.Version, entry.Epoch) = (JournalSerializer.Version, _epoch);
        Persist(entry, durable =>
        {
            Apply(durable);
            then();
            if (LastSequenceNr % EntriesPerSnapshot == 0) SaveSnapshot(ToSnapshot());
        });
    }

    private void Apply(CatalogEntry entry)
    {
        _epoch = Math.Max(_epoch, entry.Epoch);
        switch (entry.EventCase)
        {
            case CatalogEntry.EventOneofCase.TakenOver:
                break;
            case CatalogEntry.EventOneofCase.Added:
                _order.Add(entry.Added.Run);
                _runs[entry.Added.Run] = new(entry.Added, End: null);
                break;
            case CatalogEntry.EventOneofCase.Ended:
                _runs[entry.Ended.Summary.Run] = _runs[entry.Ended.Summary.Run] with { End = entry.Ended.Summary };
                break;
            case CatalogEntry.EventOneofCase.Reopened:
                _runs[entry.Reopened.Run] = _runs[entry.Reopened.Run] with { End = null };
                break;
            default:
                throw new InvalidDataException("The list of runs has an entry that this version does not know.");
        }
    }

    private CatalogSnapshot ToSnapshot()
    {
        var snapshot = new CatalogSnapshot { Version = JournalSerializer.Version };
        foreach (var run in _order)
        {
            snapshot.Entries.Add(Entry(new() { Added = _runs[run].Added }));
            if (_runs[run].End is { } end) snapshot.Entries.Add(Entry(new() { Ended = new() { Summary = end } }));
        }
        snapshot.Entries.Add(Entry(new() { TakenOver = new() { Node = _settings.TransferAddress() } }));
        return snapshot;

        CatalogEntry Entry(CatalogEntry entry)
        {
            (entry.Version, entry.Epoch) = (JournalSerializer.Version, _epoch);
            return entry;
        }
    }

    private sealed class LookForSuccessor
    {
        public static readonly LookForSuccessor Instance = new();
    }
}
