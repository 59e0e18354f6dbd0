namespace Federated.Core.Jobs;

/// <summary>How updates of older versions of the model are taken.</summary>
public sealed record AsynchronousSpec
{
    /// <value>Clients that train at once.</value>
    [JobField("Clients that train at once: whoever delivers is replaced by another one.", Minimum = 1, Maximum = 100_000)]
    [AppliesWhen("federation.mode", "fedasync", "fedbuff")]
    public int Concurrency { get; init; } = 10;

    /// <value>fedbuff: K.</value>
    [JobField("K, the updates that make a version. With fewer clients a version is made when all of them have delivered.", Minimum = 1, Maximum = 100_000)]
    [AppliesWhen("federation.mode", "fedbuff")]
    public int Buffer { get; init; } = 10;

    /// <value>fedasync: α.</value>
    [JobField("α, the share of a client's model in the next version, before it is discounted: x ← (1 - α s(τ)) x + α s(τ) x_client.", ExclusiveMinimum = 0, Maximum = 1)]
    [AppliesWhen("federation.mode", "fedasync")]
    public double Mixing { get; init; } = 0.6;

    /// <value>s(τ).</value>
    [JobField("s(τ), what an update counts that started τ versions ago. constant: 1. polynomial: (1 + τ)^-a. hinge: 1 up to b versions, then 1 / (a (τ - b) + 1).")]
    public StalenessFunction Staleness { get; init; } = StalenessFunction.Polynomial;

    /// <value>polynomial: a.</value>
    [JobField("a of polynomial; 0.5 is that of both papers.", Minimum = 0, Maximum = 2)]
    [AppliesWhen("federation.asynchronous.staleness", "polynomial")]
    public double Exponent { get; init; } = 0.5;

    /// <value>hinge: a.</value>
    [JobField("a of hinge.", Minimum = 0, Maximum = 100)]
    [AppliesWhen("federation.asynchronous.staleness", "hinge")]
    public double Slope { get; init; } = 10;

    /// <value>hinge: b.</value>
    [JobField("b of hinge.", Minimum = 0, Maximum = 1000)]
    [AppliesWhen("federation.asynchronous.staleness", "hinge")]
    public int Grace { get; init; } = 4;

    /// <value>Versions after which an update is too old.</value>
    [JobField("An update that started more versions ago than this is refused, and its client is free for new work.", Minimum = 0, Maximum = 1000)]
    public int MaxStaleness { get; init; } = 100;
}

/// <summary>When a version of the model is made.</summary>
public enum FederationMode
{
    /// <summary>Rounds: all of a cohort start from one version.</summary>
    Synchronous,

    /// <summary>Rounds that close at the deadline; late updates count in a later one.</summary>
    SemiSynchronous,

    /// <summary>Every update makes a version.</summary>
    [JobKey("fedasync")]
    FedAsync,

    /// <summary>So many updates make a version.</summary>
    [JobKey("fedbuff")]
    FedBuff,
}

/// <summary>What an update counts by its age.</summary>
public enum StalenessFunction
{
    /// <summary>As much as any.</summary>
    Constant,

    /// <summary>A power of its age.</summary>
    Polynomial,

    /// <summary>As much as any for some versions, then less.</summary>
    Hinge,
}
