using System.Collections.Concurrent;
using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Worker.State;

/// <summary>What loading a client's state gave.</summary>
/// <param name="State">Null when there is an error.</param>
/// <param name="Base">The round that it is of; 0 for the empty state.</param>
/// <param name="Error">One sentence; "" when there is a state.</param>
internal sealed record ClientStateRead(ClientState? State, int Base, string Error);

/// <summary>What the clients of one run keep between rounds, in files. A state is tentative until its round is committed. Which one a
/// round starts from is what the coordinator says, who knows which updates were counted, so that training a round again begins where it began before. Nothing is written, and no folder made, for clients that keep nothing.
/// Thread-safe; its methods block their thread, but for <see cref="CommittedAsync"/>.</summary>
/// <param name="run">The run.</param>
/// <param name="folder">The run's folder; made when it is needed.</param>
internal sealed class ClientStateStore(string run, string folder)
{
    /// <summary>Most rounds that states are kept for because the run may be set back to them.</summary>
    public const int MostRestorable = 1000;

    // At least, also where the coordinator does not say what it may go back to.
    private const int Kept = 3;

    private readonly ConcurrentDictionary<string, Lock> _gates = new(StringComparer.Ordinal);
    private volatile CommittedRound _committed = new(0, 0, []);
    private volatile bool _closed;

    /// <summary>The state with which a client trains a round: that of its last update that was counted. Drops what it kept since then for updates that were not: late ones, refused ones,
    /// those of failed attempts, and those of rounds that a run which was set back makes again.</summary>
    /// <param name="client">The client.</param>
    /// <param name="round">The round to train.</param>
    /// <param name="stateRound">The round of that update, as the coordinator knows it; 0: none was counted, and the state is empty.</param>
    /// <exception cref="IOException">The files cannot be read or deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may they be.</exception>
    public ClientStateRead Load(string client, int round, int stateRound)
    {
        var name = ClientFolder.NameOf(client);
        lock (Gate(name))
        {
            var files = Settle(name);
            foreach (var file in files.Where(file => file.Round > stateRound && file.Round < round)) File.Delete(PathOf(name, file));
            if (stateRound == 0) return new(ClientState.Empty, 0, "");
            // One of an attempt is younger than one that is called committed: that is of before the run was set back.
            if (files.Where(file => file.Round == stateRound).MaxBy(file => file.Attempt) is { } counted) return Read(client, name, counted);
            return new(null, 0,
                $"The state that client '{client}' kept in round {stateRound} is not in this worker's state-dir, and round {round} cannot be trained without it. "
                + "Start the worker with the folder that has it; without that the client takes no part in the run any more.");
        }
    }

    /// <summary>Keeps the state that training gave. It is durable when this returns. The same attempt again replaces it; a later attempt takes its
    /// place.</summary>
    /// <param name="client">The client.</param>
    /// <param name="round">The round that was trained.</param>
    /// <param name="attempt">The attempt at it.</param>
    /// <param name="from">As <see cref="Load"/> gave it for this round.</param>
    /// <param name="state">Finite.</param>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it be.</exception>
    public void Save(string client, int round, int attempt, int from, ClientState state)
    {
        var name = ClientFolder.NameOf(client);
        lock (Gate(name))
        {
            if (_closed) return;
            var label = new ClientStateLabel(run, client, round, attempt, from);
            DurableFile.Write(PathOf(name, new(round, attempt)), stream => ClientStateFile.Write(stream, label, state));
            foreach (var file in Files(name).Where(file => file.Round == round && file.Attempt > 0 && file.Attempt < attempt))
                File.Delete(PathOf(name, file));
        }
    }

    /// <summary>A round is committed, and with it those before: their states become the base of what follows. Of each client's committed states the
    /// last three are kept, and those that a run which is set back would need. A state that is loaded after the call knows of it, whether or not the returned task has ended.</summary>
    /// <param name="round">The round.</param>
    /// <param name="attempt">The attempt that made it, whose states count; 0 where it is not known, and the latest counts.</param>
    /// <param name="restorable">Rounds that the run may be set back to.</param>
    /// <returns>Ends when every client's files say so.</returns>
    public Task CommittedAsync(int round, int attempt, ImmutableArray<int> restorable)
    {
        _committed = new(round, attempt, restorable);
        return Task.Run(() =>
        {
            foreach (var name in Folders())
                lock (Gate(name))
                    if (!_closed)
                        Settle(name);
        });
    }

    /// <summary>Deletes everything. What is still being trained is not kept any more.</summary>
    public void Delete()
    {
        _closed = true;
        foreach (var name in Folders())
            lock (Gate(name))
                Directory.Delete(Path.Combine(folder, name), recursive: true);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private ClientStateRead Read(string client, string name, StateFile file)
    {
        var (label, error) = Open(client, name, file, out var state);
        return label is null ? new(null, 0, error) : new(state, file.Round, "");
    }

    private (ClientStateLabel? Label, string Error) Open(string client, string name, StateFile file, out ClientState? state)
    {
        var path = PathOf(name, file);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        (var label, state, var wrong) = ClientStateFile.Read(stream);
        if (label is not null && (label.Run != run || label.Client != client || label.Round != file.Round))
            wrong = $"is of client '{label.Client}' in round {label.Round} of run {label.Run}";
        return wrong.Length == 0
            ? (label, "")
            : (null,
                $"The kept state of client '{client}' cannot be used: '{path}' {wrong}. "
                + "Restore the file; without it the client takes no part in the run any more.");
    }

    // Makes of the files what the last commit says. Returns those that are left.
    private List<StateFile> Settle(string name)
    {
        var path = Path.Combine(folder, name);
        foreach (var torn in Directory.Exists(path) ? Directory.GetFiles(path, $"*{DurableFile.TemporaryEnd}") : []) File.Delete(torn);
        var (last, files) = (_committed, Files(name));
        foreach (var round in files.Where(file => file.Attempt > 0 && file.Round <= last.Round).GroupBy(file => file.Round).ToArray())
        {
            var isKnown = round.Key == last.Round && last.Attempt > 0;
            var made = isKnown ? round.FirstOrDefault(file => file.Attempt == last.Attempt) : round.MaxBy(file => file.Attempt);
            foreach (var other in round.Where(file => file != made)) File.Delete(PathOf(name, other));
            if (made is not null) DurableFile.Rename(PathOf(name, made), PathOf(name, new(round.Key, 0)));
        }
        if (last.Round > 0)
        {
            var committed = Files(name).Where(file => file.Attempt == 0 && file.Round <= last.Round).OrderByDescending(file => file.Round).ToArray();
            // Two up to each round: the later one may be of an update that was not counted, which is known when the client's next state is loaded.
            var needed = last.Restorable.SelectMany(round => committed.Where(file => file.Round <= round).Take(2)).ToHashSet();
            foreach (var old in committed.Skip(Kept).Where(file => !needed.Contains(file))) File.Delete(PathOf(name, old));
        }
        return Files(name);
    }

    private List<StateFile> Files(string name)
    {
        var path = Path.Combine(folder, name);
        if (!Directory.Exists(path)) return [];
        var names = Directory.GetFiles(path).Select(file => ClientFolder.Parse(Path.GetFileName(file)));
        return [.. names.OfType<(int Round, int Attempt)>().Select(file => new StateFile(file.Round, file.Attempt))];
    }

    private string[] Folders() => Directory.Exists(folder) ? [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path))] : [];

    private Lock Gate(string name) => _gates.GetOrAdd(name, _ => new Lock());

    private string PathOf(string name, StateFile file) =>
        Path.Combine(folder, name, file.Attempt == 0 ? ClientFolder.CommittedName(file.Round) : ClientFolder.TentativeName(file.Round, file.Attempt));

    /// <summary>A file by its name; attempt 0 for a committed one.</summary>
    private sealed record StateFile(int Round, int Attempt);

    private sealed record CommittedRound(int Round, int Attempt, ImmutableArray<int> Restorable);
}
