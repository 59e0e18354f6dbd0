namespace Federated.Coordinator.Actors;

/// <summary>Whether a node that must have the runs has them: plain data. Times are of any one monotonic clock.</summary>
internal sealed record RunsInPlace
{
    /// <summary>How long a node that had the runs may be without them.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a node may wait for runs that it has not had: whoever had them may still have to hand them over.</summary>
    public static TimeSpan FirstPatience { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Nothing is known yet.</summary>
    public static RunsInPlace Beginning { get; } = new();

    /// <summary>The node has had to have the runs for longer than is good, and has not got them.</summary>
    public bool IsLost { get; private init; }

    private bool HadRuns { get; init; }

    private TimeSpan? Since { get; init; }

    private TimeSpan Last { get; init; }

    /// <summary>What somebody saw.</summary>
    /// <param name="now">Not before any time given so far. A gap as long as a patience, as of a process that slept, only begins the wait anew.</param>
    /// <param name="mustHave">Whether the node must have the runs.</param>
    /// <param name="has">Whether it has them.</param>
    public RunsInPlace Seen(TimeSpan now, bool mustHave, bool has)
    {
        if (has) return new() { HadRuns = true, Last = now };
        if (!mustHave) return new() { HadRuns = HadRuns, Last = now };
        var since = Since is { } already && now - Last < Patience ? already : now;
        return new() { HadRuns = HadRuns, Since = since, Last = now, IsLost = now - since >= (HadRuns ? Patience : FirstPatience) };
    }
}
