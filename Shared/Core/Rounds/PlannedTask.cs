using System.Collections.Immutable;

namespace Federated.Core.Rounds;

/// <summary>A task that waits for a slot or runs on one.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Examples">How long it will take, in examples; 0 when unknown.</param>
public sealed record PlannedTask(TaskKey Key, long Examples)
{
    /// <value>True when only the worker that announced the client may do it.</value>
    public bool Local { get; init; }

    /// <value>Not local. The only worker that may do it, for it has what the client keeps; the task waits for that worker, however long. "" where any may.</value>
    public string Home { get; init; } = "";

    /// <value>True where one worker alone may do it.</value>
    public bool IsBound => Local || Home.Length > 0;

    /// <value>Local only. True where the task waits for that worker, however long; false where it is lost when the worker is not there.</value>
    public bool Patient { get; init; }

    /// <value>True to let an evaluation go before the training of the next round, for a decision waits for it.</value>
    public bool Urgent { get; init; }

    /// <value>Workers that failed at it; they get it again only when there is no other.</value>
    public ImmutableHashSet<string> Avoid { get; init; } = [];

    /// <summary>The order in which tasks get slots: by round, where an evaluation stands between the training of the next round and of the one after that, so that
    /// it fills the slots that the next round leaves idle and yet is never put off for good; then longest first, since a long task that starts last
    /// keeps the others waiting; then by client and slice.</summary>
    public static IComparer<PlannedTask> Order { get; } = Comparer<PlannedTask>.Create(Compare);

    private long Turn => Key.Purpose == TaskPurpose.Evaluate ? (2L * Key.Round) + (Urgent ? 1 : 3) : 2L * Key.Round;

    private static int Compare(PlannedTask? a, PlannedTask? b)
    {
        if (a is null || b is null) return (a is null ? 0 : 1) - (b is null ? 0 : 1);
        var order = a.Turn.CompareTo(b.Turn);
        if (order == 0) order = a.Key.Purpose.CompareTo(b.Key.Purpose);
        if (order == 0) order = b.Examples.CompareTo(a.Examples);
        if (order == 0) order = string.CompareOrdinal(a.Key.Client, b.Key.Client);
        if (order == 0) order = a.Key.Slice.CompareTo(b.Key.Slice);
        if (order == 0) order = a.Key.Round.CompareTo(b.Key.Round);
        if (order == 0) order = a.Key.Attempt.CompareTo(b.Key.Attempt);
        return order != 0 ? order : string.CompareOrdinal(a.Key.Run, b.Key.Run);
    }
}
