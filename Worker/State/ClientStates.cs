using System.Collections.Concurrent;

namespace Federated.Worker.State;

/// <summary>The states of clients on this worker, a folder a run. Thread-safe.</summary>
/// <param name="root">Made when it is needed.</param>
internal sealed class ClientStates(string root)
{
    private readonly ConcurrentDictionary<string, ClientStateStore> _runs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _deletions = new(StringComparer.Ordinal);

    /// <summary>The states of a run's clients, as earlier processes left them. Waits for a deletion under way, since a coordinator that lost its
    /// memory may give a name to another run.</summary>
    /// <param name="run">A checked id, which can be the name of a folder.</param>
    /// <exception cref="IOException">An earlier run of this name could not be deleted.</exception>
    public async Task<ClientStateStore> OpenAsync(string run)
    {
        if (_deletions.TryGetValue(run, out var deletion)) await deletion;
        return _runs.GetOrAdd(run, name => new ClientStateStore(name, Path.Combine(root, name)));
    }

    /// <summary>The run is over: nobody needs its states any more.</summary>
    /// <returns>Ends when they are deleted; fails when they cannot be.</returns>
    public Task DeleteAsync(string run)
    {
        var store = _runs.TryRemove(run, out var open) ? open : new ClientStateStore(run, Path.Combine(root, run));
        return _deletions[run] = Task.Run(store.Delete);
    }

    /// <summary>Ends when no deletion is under way, so that whoever ends this worker may delete the root. Never fails: who began a deletion is told of its errors.</summary>
    public Task DeletedAsync() => Task.WhenAll(_deletions.Values.Select(deletion => deletion.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)));
}
