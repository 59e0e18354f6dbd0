namespace Federated.Wire.Cluster;

/// <summary>How long a host waits before it starts anew in its cluster: 1 s, doubled every time up to 15 s, and 1 s again after a minute of
/// health.</summary>
/// <param name="InARow">Starts so far without a minute of health between them, zero or more.</param>
public sealed record RestartDelays(int InARow)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Health = TimeSpan.FromMinutes(1);

    /// <summary>Before the first restart.</summary>
    public static RestartDelays None { get; } = new(0);

    /// <summary>The next delay, and what to ask after the one that follows.</summary>
    /// <param name="healthy">How long the last start served.</param>
    public (TimeSpan Delay, RestartDelays Next) After(TimeSpan healthy)
    {
        var before = healthy >= Health ? 0 : InARow;
        // Four doublings are beyond the cap; more would only overflow.
        var delay = First * (1 << Math.Min(before, 4));
        return (delay < Cap ? delay : Cap, new(before + 1));
    }
}
