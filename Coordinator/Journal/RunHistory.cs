using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Journal;

/// <summary>All entries of a run, as its snapshot holds them: the cohorts of attempts that are over are cut down to what still matters, so that a snapshot
/// grows by some hundred bytes a round however large cohorts are, and homes of clients to those that a run may go back to. Belongs to one actor.</summary>
/// <param name="keepsTurns">Whether cohorts are kept whole until their tree is over, for nobody may have a second turn in it.</param>
internal sealed class RunHistory(bool keepsTurns = false)
{
    private readonly List<RunEntry> _entries = [];
    private readonly Dictionary<string, int> _recorded = new(StringComparer.Ordinal);   // the entry that has a client's latest record
    private readonly Dictionary<int, int> _homes = [];   // the entries that tell of homes, by round
    private int _opened = -1;
    private int _takenOver = -1;
    private int _confused = -1;
    private int _flying = -1;
    private readonly List<int> _asked = [];
    private readonly Dictionary<int, RunEntry> _turns = [];   // the entries that have the cohorts of the open tree, cut down

    /// <value>Entries since the last snapshot.</value>
    public int SinceSnapshot { get; private set; }

    /// <value>Time for a snapshot: after 100 entries, in long runs after a tenth of what there is, so that the effort a round stays the same.</value>
    public bool IsLong => SinceSnapshot >= Math.Max(100, _entries.Count / 10);

    /// <summary>Adds an entry.</summary>
    /// <param name="entry">Is not changed.</param>
    /// <param name="before">The run's state before it.</param>
    public void Add(RunEntry entry, RunState before)
    {
        SinceSnapshot++;
        switch (entry.EventCase)
        {
            case RunEntry.EventOneofCase.RoundOpened:
                _opened = _entries.Count;
                _asked.Clear();
                break;
            case RunEntry.EventOneofCase.ClientsAsked:
                _asked.Add(_entries.Count);
                break;
            case RunEntry.EventOneofCase.TakenOver when _takenOver >= 0 && _takenOver == _entries.Count - 1:
                // Coordinators came and went and nothing happened between.
                _entries.RemoveAt(_takenOver);
                break;
            case RunEntry.EventOneofCase.Evaluated when entry.Evaluated.Confusion is not null:
                // Only that of the latest round is ever asked for; an evaluation may come after that of a later round.
                if (_confused >= 0 && _entries[_confused].Evaluated.Round > entry.Evaluated.Round)
                {
                    entry = WithoutConfusion(entry);
                    break;
                }
                if (_confused >= 0) _entries[_confused] = WithoutConfusion(_entries[_confused]);
                _confused = _entries.Count;
                break;
            case RunEntry.EventOneofCase.RolledBack when _confused >= 0 && _entries[_confused].Evaluated.Round > entry.RolledBack.Round:
                _confused = -1;
                CloseAttempt(before);
                break;
            case RunEntry.EventOneofCase.RoundKept when entry.RoundKept.Records.Count > 0:
                // First, for it takes entries away.
                CloseAttempt(before);
                Supersede(entry.RoundKept.Records);
                break;
            case RunEntry.EventOneofCase.RoundKept when keepsTurns:
                if (entry.RoundKept.Released.Length > 0) EndTree();
                KeepTurn(before);
                break;
            case RunEntry.EventOneofCase.RoundKept or RunEntry.EventOneofCase.AttemptFailed or RunEntry.EventOneofCase.RolledBack:
                CloseAttempt(before);
                break;
        }
        if (entry.EventCase == RunEntry.EventOneofCase.TakenOver) _takenOver = _entries.Count;
        if (entry.EventCase == RunEntry.EventOneofCase.RoundKept && entry.RoundKept.InFlight.Count > 0) _flying = _entries.Count;
        if (entry.EventCase == RunEntry.EventOneofCase.RoundKept && entry.RoundKept.Homes.Count > 0) _homes[(int)entry.RoundKept.Report.Round] = _entries.Count;
        if (entry.EventCase == RunEntry.EventOneofCase.RolledBack)
        {
            EndTree();
            foreach (var round in _homes.Keys.Where(round => round > entry.RolledBack.Round).ToArray()) CutHomes(round, []);
        }
        _entries.Add(entry);
    }

    /// <summary>Homes that the run cannot go back to are told no more.</summary>
    /// <param name="homes">All others.</param>
    public void KeepHomes(ClientHomes homes)
    {
        var needed = homes.Histories.SelectMany(client => client.Value.Select(home => (home.Round, Client: client.Key))).ToLookup(home => home.Round, home => home.Client);
        foreach (var round in _homes.Keys.ToArray()) CutHomes(round, needed[round].ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>The entries so far.</summary>
    public RunSnapshot ToSnapshot() => new() { Version = JournalSerializer.Version, Entries = { _entries } };

    /// <summary>A snapshot of all entries is being written, or was read.</summary>
    public void Snapshot() => SinceSnapshot = 0;

    private void CloseAttempt(RunState before)
    {
        if (_opened < 0) return;
        _entries[_opened] = Cut(_entries[_opened], before.Health);
        _opened = -1;
        if (_flying >= 0) _entries[_flying] = WithoutFlights(_entries[_flying]);
        _flying = -1;
        for (var i = _asked.Count - 1; i >= 0; i--) Drop(_asked[i]);
        _asked.Clear();
    }

    // Rounds do not overlap where there are turns, nor does a selection remember how clients did: the attempt has nothing else to close.
    private void KeepTurn(RunState before)
    {
        if (_opened >= 0) _turns[_opened] = Cut(_entries[_opened], before.Health);
        _opened = -1;
    }

    private void EndTree()
    {
        foreach (var (index, cut) in _turns) _entries[index] = cut;
        _turns.Clear();
    }

    // Whom it asked, the round says now.
    private void Drop(int index)
    {
        if (_entries[index - 1].EventCase == RunEntry.EventOneofCase.TakenOver)
        {
            // Else two coordinators would look as if nothing had happened between them.
            _entries[index] = _entries[index].Clone();
            _entries[index].ClientsAsked.Clients.Clear();
            return;
        }
        _entries.RemoveAt(index);
        if (_takenOver > index) _takenOver--;
        if (_confused > index) _confused--;
        foreach (var (client, entry) in _recorded)
            if (entry > index) _recorded[client] = entry - 1;
        foreach (var (round, entry) in _homes)
            if (entry > index) _homes[round] = entry - 1;
    }

    // What goes on beyond the round is told by the latest one.
    private static RunEntry WithoutFlights(RunEntry kept)
    {
        var cut = kept.Clone();
        cut.RoundKept.InFlight.Clear();
        return cut;
    }

    private void Supersede(IEnumerable<RunEntry.Types.ClientRecord> latest)
    {
        var old = latest.Select(record => record.Client).Where(_recorded.ContainsKey).ToLookup(client => _recorded[client]);
        foreach (var clients in old)
        {
            var (cut, gone) = (_entries[clients.Key].Clone(), clients.ToHashSet(StringComparer.Ordinal));
            var kept = cut.RoundKept.Records.Where(record => !gone.Contains(record.Client)).ToArray();
            cut.RoundKept.Records.Clear();
            cut.RoundKept.Records.AddRange(kept);
            _entries[clients.Key] = cut;
        }
        foreach (var record in latest) _recorded[record.Client] = _entries.Count;
    }

    private void CutHomes(int round, HashSet<string> clients)
    {
        var index = _homes[round];
        if (_entries[index].RoundKept.Homes.Sum(home => home.Clients.Count) == clients.Count) return;
        var cut = _entries[index].Clone();
        var kept = cut.RoundKept.Homes.Select(home => new RunEntry.Types.Home { Worker = home.Worker, Clients = { home.Clients.Where(clients.Contains) } }).Where(home => home.Clients.Count > 0).ToArray();
        cut.RoundKept.Homes.Clear();
        cut.RoundKept.Homes.AddRange(kept);
        _entries[index] = cut;
        if (kept.Length == 0) _homes.Remove(round);
    }

    private static RunEntry WithoutConfusion(RunEntry evaluated)
    {
        var cut = evaluated.Clone();
        cut.Evaluated.Confusion = null;
        return cut;
    }

    // Who was asked matters after the attempt only for those who had failed before: not failing again makes them well.
    private static RunEntry Cut(RunEntry opened, ClientHealth health)
    {
        var cut = opened.Clone();
        cut.RoundOpened.ParametersSha256 = "";
        cut.RoundOpened.Cohort.Clear();
        cut.RoundOpened.Cohort.AddRange(opened.RoundOpened.Cohort.Where(health.Lapses.ContainsKey));
        return cut;
    }
}
