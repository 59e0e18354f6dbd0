namespace Federated.Cluster.Tests.Faults;

/// <summary>What a <see cref="LinkProxy"/> does to a connection, one direction at a time and as a whole.</summary>
internal sealed record LinkFault
{
    /// <summary>Passes everything at once.</summary>
    public static LinkFault None { get; } = new();

    /// <summary>Swallows everything in both directions while connections stay up: a cable that is cut.</summary>
    public static LinkFault BlackHole { get; } = Both(new() { Drop = true });

    /// <summary>Delivers nothing and loses nothing: a partition that is over before TCP gives up.</summary>
    public static LinkFault Stall { get; } = Both(new() { Stall = true });

    /// <summary>Resets connections (RST on both sides), new ones as soon as they come.</summary>
    public static LinkFault Reset { get; } = new() { Cut = LinkCut.Reset };

    /// <summary>Ends the side to the target and leaves the client hanging.</summary>
    public static LinkFault CloseTarget { get; } = new() { Cut = LinkCut.CloseTarget };

    /// <summary>Ends the side to the client and leaves the target hanging.</summary>
    public static LinkFault CloseClient { get; } = new() { Cut = LinkCut.CloseClient };

    /// <summary>Refuses new connections as a port does that nobody listens on; those that are there go on.</summary>
    public static LinkFault Refusing { get; } = new() { Refuse = true };

    /// <value>From the client to the target.</value>
    public LinkFlow Up { get; init; } = LinkFlow.Free;

    /// <value>From the target to the client.</value>
    public LinkFlow Down { get; init; } = LinkFlow.Free;

    /// <value>What happens to the connection as a whole.</value>
    public LinkCut Cut { get; init; }

    /// <value>Whether new connections are refused. Counts for the link alone, not for one of its connections.</value>
    public bool Refuse { get; init; }

    /// <summary>The same in both directions.</summary>
    public static LinkFault Both(LinkFlow flow) => new() { Up = flow, Down = flow };

    /// <summary>Latency in both directions, and up to <paramref name="jitter"/> more.</summary>
    public static LinkFault Delay(TimeSpan latency, TimeSpan jitter = default) => Both(new() { Latency = latency, Jitter = jitter });

    /// <summary>As many bytes a second in each direction.</summary>
    public static LinkFault Throttle(int bytesPerSecond) => Both(new() { BytesPerSecond = bytesPerSecond });
}

/// <summary>What happens to the bytes of one direction. They keep their order whatever it is.</summary>
internal sealed record LinkFlow
{
    /// <summary>Passes everything at once.</summary>
    public static LinkFlow Free { get; } = new();

    /// <value>From a byte's arrival at the proxy to its departure, zero or more.</value>
    public TimeSpan Latency { get; init; }

    /// <value>Longest addition to the latency, zero or more; drawn for each piece that is read.</value>
    public TimeSpan Jitter { get; init; }

    /// <value>Rate of departure, at least 1; null for no limit.</value>
    public int? BytesPerSecond
    {
        get;
        init => field = value is null or > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(BytesPerSecond), value, "At least 1 byte a second.");
    }

    /// <value>Bytes, and the end of the stream, are read and lost.</value>
    public bool Drop { get; init; }

    /// <value>Bytes stay in the proxy, and the sender is held up when it is full.</value>
    public bool Stall { get; init; }
}

/// <summary>What happens to a connection as a whole.</summary>
internal enum LinkCut
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Both sides get an RST.</summary>
    Reset,

    /// <summary>The target's side is closed; the client's side stays up, and what it sends is lost.</summary>
    CloseTarget,

    /// <summary>The client's side is closed; the target's side stays up, and what it sends is lost.</summary>
    CloseClient,
}
