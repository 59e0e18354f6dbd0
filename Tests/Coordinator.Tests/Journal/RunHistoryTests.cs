using System.Collections.Immutable;
using System.Globalization;
using Federated.Coordinator.Actors;
using Federated.Coordinator.Journal;
using Federated.Coordinator.Storage;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;
using Federated.Core.Rounds;
using Federated.V1;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Coordinator.Tests.Journal;

public sealed class RunHistoryTests
{
    private static readonly ImmutableArray<string> Few = ["a", "b", "c", "d", "e", "f"];
    private static readonly ImmutableArray<string> Many =
        [.. Enumerable.Range(0, 200).Select(i => string.Create(CultureInfo.InvariantCulture, $"hospital-{i:D3}.north.example"))];

    [Fact]
    public void Snapshots_of_random_runs_lead_to_the_same_state_reports_and_checkpoints_as_all_entries()
    {
        var kinds = new HashSet<RunEntry.EventOneofCase>();
        for (ulong seed = 1; seed <= 40; seed++)
        {
            var (run, all, history) = (new RandomRun(seed, Few, overlaps: seed % 2 == 0), new List<RunEntry>(), new RunHistory());
            while (all.Count < 250)
            {
                var before = run.State;
                if (run.Next(all.Count) is not { } entry) break;
                all.Add(entry);
                kinds.Add(entry.EventCase);
                history.Add(entry, before);
                if (all.Count % 7 == 0) AssertSame(seed, all, history);
                // As after a restart: the snapshot is all that is known of what was before it.
                if (all.Count % 50 == 0) history = Recovered(history.ToSnapshot());
            }
            AssertSame(seed, all, history);
        }
        // Else the test would show little.
        RunEntry.EventOneofCase[] never = [RunEntry.EventOneofCase.None, RunEntry.EventOneofCase.Completed];
        Assert.Equal(Enum.GetValues<RunEntry.EventOneofCase>().Except(never).ToHashSet(), kinds);
    }

    [Fact]
    public void Snapshot_grows_with_the_rounds_and_not_with_the_cohorts()
    {
        var (after50, _) = Sizes(50);
        var (after150, entries) = Sizes(150);
        var perRound = (after150 - after50) / 100.0;

        // A report, a checkpoint with its hashes, an evaluation every other round: the hundred names that were asked are not among it.
        Assert.True(perRound < 700, $"{perRound} bytes a round");
        Assert.True(entries > 3 * after150, $"{after150} of {entries} bytes");
    }

    // Each client's latest, whatever the number of rounds.
    [Fact]
    public void Snapshot_has_one_record_of_each_client()
    {
        var (run, history, all) = (new RandomRun(3, Few), new RunHistory(), 0);
        for (var i = 0; run.State.Round < 40; i++)
        {
            var before = run.State;
            var entry = run.Next(i)!;
            all += entry.RoundKept?.Records.Count ?? 0;
            history.Add(entry, before);
        }

        Assert.InRange(history.ToSnapshot().Entries.Sum(entry => entry.RoundKept?.Records.Count ?? 0), 1, Few.Length);
        Assert.True(all > 5 * Few.Length);
    }

    // Rounds that go back, by up to two, are among the last three whose checkpoints are kept.
    [Fact]
    public void Snapshot_has_the_homes_that_the_run_may_go_back_to_and_leads_to_the_same_ones()
    {
        var told = 0;
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var (run, all, history, live) = (new RandomRun(seed, Few), new List<RunEntry>(), new RunHistory(), new Homes());
            while (all.Count < 400 && run.Next(all.Count) is { } entry)
            {
                all.Add(entry);
                live.Apply(entry, history);
                if (all.Count % 9 != 0) continue;
                var snapshot = RunSnapshot.Parser.ParseFrom(history.ToSnapshot().ToByteArray()).Entries;
                var again = new Homes();
                foreach (var kept in snapshot) again.Apply(kept, new());
                Assert.Equal(live.Text, again.Text);
                // The latest three rounds and the best one, and besides the latest of each client.
                Assert.InRange(snapshot.Sum(kept => kept.RoundKept?.Homes.Sum(home => home.Clients.Count) ?? 0), 0, Few.Length * 6);
            }
            told += all.Sum(entry => entry.RoundKept?.Homes.Sum(home => home.Clients.Count) ?? 0);
        }
        // Else the test would show little.
        Assert.True(told > 10 * Few.Length * 12, $"{told} homes");
    }

    [Fact]
    public void Open_attempt_keeps_its_whole_cohort_in_a_snapshot()
    {
        var (run, history) = (new RandomRun(3, Many, calm: true), new RunHistory());
        for (var i = 0; run.State.OpenAttempt == 0 || run.State.Round < 5; i++)
        {
            var before = run.State;
            history.Add(run.Next(i)!, before);
        }

        Assert.Equal(100, Fold(history.ToSnapshot().Entries).OpenCohort!.Clients.Length);
    }

    // Trees of three rounds, in the second of which an attempt fails and the run goes back.
    [Fact]
    public void Snapshot_has_the_turns_of_the_open_tree_and_of_no_other()
    {
        var (all, history, state) = (new List<RunEntry>(), new RunHistory(keepsTurns: true), RunState.Initial);
        var checkpoint = new Checkpoint { Name = "round-0-epoch-1" };
        Add(new() { Started = new() });
        Add(new() { DataKnown = new() { Checkpoint = checkpoint, Clients = { Few.Select(client => new DataClient { Id = client, Examples = 1 }) } } });
        Round(1, "a", begins: true);
        Round(2, "b");
        Round(3, "c");
        Round(4, "d", begins: true);
        Add(Opened(5, 1, "e"));
        Add(new() { AttemptFailed = new() { Round = 5, Attempt = 1, Reason = "too few", FailedClients = { "e" } } });
        Round(5, "e", attempt: 2);
        Assert.Equal(["d", "e"], Turns());
        Add(new() { RolledBack = new() { Round = 4, Reason = "lost" } });
        Assert.Empty(Turns());
        Round(5, "f", begins: true);
        Assert.Equal(["f"], Turns());

        // As after a restart.
        history = Recovered(history.ToSnapshot(), keepsTurns: true);
        Assert.Equal(["f"], Turns());
        Round(6, "a");
        Assert.Equal(["a", "f"], Turns());
        Round(7, "b");
        Round(8, "c", begins: true);
        Assert.Equal(["c"], Turns());

        IEnumerable<string> Turns()
        {
            var snapshot = RunSnapshot.Parser.ParseFrom(history.ToSnapshot().ToByteArray()).Entries;
            Assert.Equal(RunStates.Text(Fold(all)), RunStates.Text(Fold(snapshot)));
            var turns = snapshot.Where(entry => entry.RoundOpened is not null).SelectMany(entry => entry.RoundOpened.Cohort).ToArray();
            // "e" had failed: that it did not when it was asked again made it well.
            Assert.Equal(Fold(all).Privacy.HadTurn.Order(StringComparer.Ordinal), turns.Where(client => client != "e" || Fold(all).Privacy.HadTurn.Contains("e")).Order(StringComparer.Ordinal));
            return Fold(all).Privacy.HadTurn;
        }

        void Round(uint round, string client, uint attempt = 1, bool begins = false)
        {
            Add(Opened(round, attempt, client));
            var released = begins ? LedgerText.Write(PrivacyLedger.Empty.Add(new TreeEvent(1, 3))) : "";
            Add(new() { RoundKept = new() { Report = new() { Round = round }, Released = released, Checkpoint = checkpoint } });
        }

        RunEntry Opened(uint round, uint attempt, string client) => new() { RoundOpened = new() { Round = round, Attempt = attempt, Cohort = { client }, Wanted = 1, Clients = 6 } };

        void Add(RunEntry entry)
        {
            all.Add(entry);
            history.Add(entry, state);
            if (RunEntries.ToChange(entry) is { } change) state = state.Apply(change);
        }
    }

    [Fact]
    public void Long_history_asks_for_a_snapshot_after_a_hundred_entries_or_a_tenth_of_them()
    {
        var (run, history) = (new RandomRun(5, Few, calm: true), new RunHistory());
        var snapshots = new List<int>();
        for (var i = 0; i < 2500; i++)
        {
            var before = run.State;
            history.Add(run.Next(i)!, before);
            if (!history.IsLong) continue;
            snapshots.Add(i + 1);
            history.Snapshot();
        }

        Assert.Equal(Enumerable.Range(1, 10).Select(i => i * 100), snapshots.Take(10));
        Assert.All(
            snapshots.Zip(snapshots.Skip(1), (at, next) => (At: at, Next: next)).SkipWhile(pair => pair.At < 1100),
            pair => Assert.InRange(pair.Next - pair.At, pair.At / 10, pair.Next / 10 + 1));
    }

    private static (int Snapshot, int Entries) Sizes(int rounds)
    {
        var (run, history, entries) = (new RandomRun(9, Many, calm: true), new RunHistory(), 0);
        for (var i = 0; run.State.Round < rounds || !run.State.Unmeasured.IsEmpty || run.State.OpenAttempt > 0; i++)
        {
            var before = run.State;
            var entry = run.Next(i)!;
            history.Add(entry, before);
            entries += entry.CalculateSize();
        }
        return (history.ToSnapshot().CalculateSize(), entries);
    }

    private static void AssertSame(ulong seed, List<RunEntry> all, RunHistory history)
    {
        // As it is written and read.
        var snapshot = RunSnapshot.Parser.ParseFrom(history.ToSnapshot().ToByteArray()).Entries;
        Assert.True(snapshot.Count <= all.Count);
        Assert.Equal((seed, RunStates.Text(Fold(all))), (seed, RunStates.Text(Fold(snapshot))));

        var (expected, ledger) = (Ledger(WithoutIdleTakeovers(all)), Ledger(snapshot));
        Assert.Equal(expected.Rounds, ledger.Rounds);
        Assert.Equal(expected.Incidents, ledger.Incidents);
        Assert.Equal(expected.WallSeconds, ledger.WallSeconds);
        var state = Fold(all);
        Assert.Equal(expected.Summary(state, Roster.Unknown), ledger.Summary(state, Roster.Unknown));
        Assert.Equal<KeptCheckpoint>(Checkpoints(all).Kept, Checkpoints(snapshot).Kept);
    }

    // Of coordinators that came and went, and between which nothing happened, the last one is told of.
    private static IEnumerable<RunEntry> WithoutIdleTakeovers(List<RunEntry> all) =>
        all.Where((entry, index) => entry.TakenOver is null || index == all.Count - 1 || all[index + 1].TakenOver is null);

    private static RunHistory Recovered(RunSnapshot snapshot, bool keepsTurns = false)
    {
        var (history, state) = (new RunHistory(keepsTurns), RunState.Initial);
        foreach (var entry in snapshot.Entries)
        {
            history.Add(entry, state);
            if (RunEntries.ToChange(entry) is { } change) state = state.Apply(change);
        }
        history.Snapshot();
        return history;
    }

    /// <summary>A run's state and checkpoints, as the run keeps them.</summary>
    private sealed class Homes
    {
        private readonly RunCheckpoints _checkpoints = new(RandomRun.Job, keep: 3);
        private RunState _state = RunState.Initial;

        public string Text => string.Join("; ", _state.Homes.Histories.Select(client => $"{client.Key}: {string.Join(", ", client.Value)}"));

        public void Apply(RunEntry entry, RunHistory history)
        {
            history.Add(entry, _state);
            if (RunEntries.ToChange(entry) is { } change) _state = _state.Apply(change);
            _checkpoints.Apply(entry);
            if (entry.RoundKept is null) return;
            _state = _state.ForgetHomes([.. _checkpoints.Rounds]);
            history.KeepHomes(_state.Homes);
        }
    }

    private static RunState Fold(IEnumerable<RunEntry> entries) =>
        entries.Select(RunEntries.ToChange).Aggregate(RunState.Initial, (state, change) => change is null ? state : state.Apply(change));

    private static RunLedger Ledger(IEnumerable<RunEntry> entries)
    {
        var ledger = new RunLedger("r", RandomRun.Job, new FakeTimeProvider());
        foreach (var entry in entries) ledger.Apply(entry);
        return ledger;
    }

    private static RunCheckpoints Checkpoints(IEnumerable<RunEntry> entries)
    {
        var checkpoints = new RunCheckpoints(RandomRun.Job, keep: 3);
        foreach (var entry in entries) checkpoints.Apply(entry);
        return checkpoints;
    }
}
