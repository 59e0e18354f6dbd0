using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Engine.Data.Sources;

namespace Federated.Engine.Data;

/// <summary>Loads data sets and divides them among clients. What was loaded stays for later callers, in this store and, as far as it is the same
/// files, in all stores of the process. Thread-safe.</summary>
/// <param name="folders">Where data sets are looked for.</param>
public sealed class DatasetStore(DataFolders folders)
{
    // A worker that lives for months sees many jobs; old divisions are dropped, first in, first out.
    private const int Kept = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<Request, Lazy<Task<Loaded>>> _loads = [];
    private readonly List<Request> _order = [];

    /// <summary>Loads and divides, once for equal arguments: callers at the same time share one load, and a failed one is tried again by the next
    /// caller.</summary>
    /// <param name="data">The data set and how it is spread.</param>
    /// <param name="seed">The job's seed; every draw derives from it.</param>
    /// <param name="localClients">placement local: the clients that own what is found here, all of it when there is one, else by the client column.
    /// With placement shared it is not read.</param>
    /// <param name="cancellation">Stops waiting; the load goes on for others.</param>
    /// <exception cref="EngineException">The data is missing, broken or cannot be divided like that; the message says what to do.</exception>
    public async Task<FederatedData> LoadAsync(DataSpec data, ulong seed, ImmutableArray<string> localClients, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var request = new Request(data, seed, data.Placement == Placement.Local ? string.Join('\n', localClients) : "", DataSources.Find(data).Key(data, folders));
        var load = Find(request, () => Load(request.Key, data, seed, localClients));
        return (await load.Value.WaitAsync(cancellation)).Divided;
    }

    private sealed record Request(DataSpec Data, ulong Seed, string LocalClients, string Key);

    // Holds the set as well as its division: while this is alive, SharedSets can hand the set to others.
    private sealed record Loaded(LoadedSet Set, FederatedData Divided);

    private Lazy<Task<Loaded>> Find(Request request, Func<Loaded> load)
    {
        lock (_lock)
        {
            if (_loads.TryGetValue(request, out var known) && !(known.IsValueCreated && known.Value.IsFaulted)) return known;
            Remove(request);   // a failed load is not kept
            if (_order.Count == Kept) Remove(_order[0]);
            _order.Add(request);
            return _loads[request] = new(() => Task.Run(load));
        }
    }

    private void Remove(Request request)
    {
        _loads.Remove(request);
        _order.Remove(request);
    }

    private Loaded Load(string key, DataSpec data, ulong seed, ImmutableArray<string> localClients)
    {
        var set = SharedSets.Process.GetOrLoad(key, () => DataSources.Find(data).Load(data, folders));
        return new(set, DataDivider.Divide(set, data, seed, localClients));
    }
}
