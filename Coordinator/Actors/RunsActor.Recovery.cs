using Akka.Actor;
using Akka.Event;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Coordinator.Actors;

// How runs and their catalogue come back: from the journal at start, and after the journal was away.
public sealed partial class RunsActor
{
    private void Learn(CatalogReady ready)
    {
        _catalogFailures = 0;
        foreach (var run in ready.Runs.Where(run => !_byRun.ContainsKey(run.Added.Run)))
        {
            var entry = Add(run.Added);
            if (run.End is { } end) (entry.Summary, entry.IsKnown) = (end, true);
            else if (entry.Job is not null) StartActor(entry);
        }
        _added = _entries.Count;
    }

    private Entry Add(CatalogEntry.Types.Added added)
    {
        var read = JobReader.Read(added.JobYaml);
        var summary = new RunSummary { Run = added.Run, SubmittedUnixMs = added.UnixMs };
        if (read.Job is { } job) (summary.Name, summary.Status, summary.Rounds) = (job.Name, RunStatus.Queued, (uint)job.Federation.Rounds);
        else (summary.Name, summary.Status, summary.Reason) = ("", RunStatus.Failed, $"This version cannot read the run's job: {string.Join(" ", read.Errors)}");
        var entry = new Entry(added, read.Job) { Summary = summary };
        _entries.Add(entry);
        _byRun.Add(added.Run, entry);
        if (added.Submission.Length > 0) _submissions[added.Submission] = added.Run;
        return entry;
    }

    private void StartActor(Entry entry)
    {
        var identity = new RunIdentity(entry.Run, _epoch!.Value, entry.Job!, entry.Yaml, entry.SubmittedUnixMs);
        entry.Actor = Context.ActorOf(RunActor.Props(identity, _settings, _registry), $"run-{entry.Run}-{++_actors}");
        Context.WatchWith(entry.Actor, new RunGone(entry.Run, entry.Actor));
    }

    private void OnInterrupted(RunInterrupted interrupted)
    {
        var entry = _byRun[interrupted.Run];
        if (interrupted.Damaged)
        {
            _log.Error("The journal of run {0} cannot be read: {1}", entry.Run, interrupted.Reason);
            Give(entry, $"Its journal cannot be read, and was left as it is: {interrupted.Reason} Restore the journal from a copy and start the coordinator again.");
            return;
        }
        entry.Interruptions++;
        if (entry.Interruptions == 1) _log.Error("The journal of run {0} is not available, trying again until it is: {1}", entry.Run, interrupted.Reason);
    }

    private void OnGone(RunGone gone)
    {
        var entry = _byRun[gone.Run];
        if (!gone.Actor.Equals(entry.Actor)) return;
        entry.Actor = null;
        if (IsOver(entry.Summary)) return;
        // Results stay with the workers: the run will want them.
        _registry.Tell(new SuspendRunWork(entry.Run));
        _settings.Parameters.RetireRun(entry.Run);
        if (entry.Interruptions == 0 && ++entry.Defects >= MaxDefects)
        {
            Give(entry, "A defect of the coordinator ended the run; its log says more.");
            return;
        }
        var delay = StepRetry.Delay(Math.Max(1, entry.Interruptions + entry.Defects));
        Timers.StartSingleTimer(entry.Run, new StartAgain(entry.Run), delay);
    }

    // The run cannot go on here, and its journal cannot be told. The catalogue is not told either: a coordinator that starts again tries again.
    private void Give(Entry entry, string reason)
    {
        (entry.Summary, entry.IsKnown, entry.IsGivenUp) = (entry.Summary.Clone(), true, true);
        (entry.Summary.Status, entry.Summary.Reason) = (RunStatus.Failed, reason);
        _registry.Tell(new CloseRunWork(entry.Run, MayGoOn: true));
        _settings.Parameters.RetireRun(entry.Run);
        if (_active == entry) _active = null;
        StartNext();
    }

    private void OnIdle(RunIdle idle)
    {
        var entry = _byRun[idle.Run];
        if (entry.Actor is null || !IsOver(entry.Summary) || !Sender.Equals(entry.Actor)) return;
        // It answers what was asked before; what is asked from now on starts another one.
        Context.Unwatch(entry.Actor).Tell(PoisonPill.Instance);
        entry.Actor = null;
    }

    private void StartCatalog()
    {
        _catalog = Context.ActorOf(CatalogActor.Props(_settings, _epoch), $"catalog-{++_actors}");
        Context.WatchWith(_catalog, CatalogGone.Instance);
    }

    private void OnCatalogInterrupted(CatalogInterrupted interrupted)
    {
        if (interrupted.Damaged)
        {
            EndNode($"The journal of all runs cannot be read, and was left as it is: {interrupted.Reason} Restore it from a copy, or name another state-dir.", _settings.JournalDamaged);
            return;
        }
        if (_catalogFailures++ == 0) _log.Error("The journal is not available, trying again until it is: {0}", interrupted.Reason);
        // Nobody should wait for it.
        if (_epoch is null) Stash.UnstashAll();
    }

    private void OnCatalogGone()
    {
        _catalog = null;
        foreach (var asker in _submitting.Values.SelectMany(askers => askers)) asker.Tell(Unavailable());
        foreach (var (asker, _) in _reopening.Values.SelectMany(askers => askers)) asker.Tell(Unavailable());
        _submitting.Clear();
        _reopening.Clear();
        Timers.StartSingleTimer(StartCatalogAgain.Instance, StartCatalogAgain.Instance, StepRetry.Delay(Math.Max(1, _catalogFailures)));
    }
}
