using Federated.V1;

namespace Federated.Worker.Actors;

/// <summary>The tasks that a worker has accepted and still has, at work or with their results. Belongs to one actor.</summary>
internal sealed class HeldTasks
{
    /// <summary>Most tasks that a Hello names.</summary>
    public const int MostNamed = 10_000;

    /// <summary>Most bytes of them, so that a Hello fits into one message of the link.</summary>
    public const int MostBytes = 1 << 20;

    private readonly Dictionary<TaskId, int> _passedOn = [];

    /// <summary>An assignment was passed on.</summary>
    public void Add(TaskId id) => _passedOn[id] = _passedOn.GetValueOrDefault(id) + 1;

    /// <summary>The task was dropped after so many of its assignments; one that was passed on since keeps it.</summary>
    public void Drop(TaskId id, int assigned)
    {
        if (!_passedOn.TryGetValue(id, out var times)) return;
        if (times > assigned) _passedOn[id] = times - assigned;
        else _passedOn.Remove(id);
    }

    /// <summary>Everything of one run is gone.</summary>
    public void DropRun(string run) => DropWhere(id => id.Run == run);

    /// <summary>Everything of one client is gone.</summary>
    public void DropClient(string run, string client) => DropWhere(id => id.Run == run && id.Client == client);

    /// <summary>The tasks, the latest rounds first, as many as a Hello may name.</summary>
    public IEnumerable<TaskId> Latest()
    {
        var bytes = 0;
        // Two bytes of tag and at most three of length beside each.
        return _passedOn.Keys.OrderByDescending(id => id.Round).Take(MostNamed).TakeWhile(id => (bytes += id.CalculateSize() + 5) <= MostBytes);
    }

    private void DropWhere(Predicate<TaskId> gone)
    {
        foreach (var id in _passedOn.Keys.Where(id => gone(id)).ToArray()) _passedOn.Remove(id);
    }
}
