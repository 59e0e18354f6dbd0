using System.Collections.Concurrent;

namespace Federated.Engine.Data;

/// <summary>What this process has read, so that several workers in one process hold one copy. A set goes when nobody holds it any more.
/// Thread-safe.</summary>
internal sealed class SharedSets
{
    private readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    /// <summary>The one of this process.</summary>
    public static SharedSets Process { get; } = new();

    /// <summary>The set under a key, read now if nobody holds it. Callers of one key wait for each other; a failure is told to its caller and
    /// forgotten.</summary>
    public LoadedSet GetOrLoad(string key, Func<LoadedSet> load)
    {
        var slot = _slots.GetOrAdd(key, _ => new());
        lock (slot)
        {
            if (slot.Set.TryGetTarget(out var held)) return held;
            var loaded = load();
            slot.Set.SetTarget(loaded);
            return loaded;
        }
    }

    private sealed class Slot
    {
        public WeakReference<LoadedSet> Set { get; } = new(null!);
    }
}
