using Federated.Coordinator.Storage;
using Federated.Core.Parameters;

namespace Federated.Coordinator.Actors;

/// <summary>Which of a run's parameters workers may fetch: the ones that the next round starts from, what else its clients get, those that clients in training started from, and those that are still being measured. By hash, since two
/// rounds may have the same. Belongs to one actor.</summary>
internal sealed class HandedOutParameters(ParameterStore store, string run)
{
    private readonly Dictionary<int, string> _measuring = [];
    private readonly Dictionary<int, string> _started = [];
    private readonly HashSet<string> _published = new(StringComparer.Ordinal);
    private string _current = "";
    private string _broadcast = "";

    /// <summary>The run's parameters from now on. The ones before stay while they are measured.</summary>
    /// <param name="parameters">The parameters after <paramref name="round"/>.</param>
    /// <param name="round">The round.</param>
    /// <param name="measured">True when they will be measured, until <see cref="Measured"/>.</param>
    public void Publish(ParameterVector parameters, int round, bool measured)
    {
        _current = parameters.Hash;
        if (measured) _measuring[round] = _current;
        _published.Add(_current);
        store.Publish(run, parameters);
        Retire();
    }

    /// <summary>What the open round's clients get beside the run's parameters; that of the round before is retired.</summary>
    public void PublishBroadcast(ParameterVector broadcast)
    {
        _broadcast = broadcast.Hash;
        _published.Add(_broadcast);
        store.Publish(run, broadcast);
        Retire();
    }

    /// <summary>Clients still train from these parameters, and from no other ones but the run's.</summary>
    /// <param name="versions">By round.</param>
    public void PublishStarted(IEnumerable<KeyValuePair<int, ParameterVector>> versions)
    {
        _started.Clear();
        foreach (var (round, parameters) in versions)
        {
            _started[round] = parameters.Hash;
            if (_published.Add(parameters.Hash)) store.Publish(run, parameters);
        }
        Retire();
    }

    /// <summary>A round's parameters are measured.</summary>
    public void Measured(int round)
    {
        _measuring.Remove(round);
        Retire();
    }

    /// <summary>Nobody needs any of them any more.</summary>
    public void RetireAll()
    {
        _measuring.Clear();
        _started.Clear();
        _published.Clear();
        store.RetireRun(run);
    }

    private void Retire()
    {
        foreach (var hash in _published.Where(hash => hash != _current && hash != _broadcast && !_measuring.ContainsValue(hash) && !_started.ContainsValue(hash)).ToArray())
        {
            _published.Remove(hash);
            store.Retire(run, hash);
        }
    }
}
