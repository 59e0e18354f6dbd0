namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>What the job says about masking. The coordinator and every client know it, each from the job: a client works out threshold and neighbours for itself and refuses what differs.</summary>
public sealed record MaskingRules
{
    /// <value>Survivors below which nothing is unmasked, at least 2: the sum of one client's update is that update.</value>
    public required int Minimum { get; init; }

    /// <value>t: shares that open a secret, of those that a client's neighbours and the client itself hold; null for the value that <see cref="MaskingGraph.Choose"/> works out.</value>
    public int? Threshold { get; init; }

    /// <value>k: neighbours of a client; null for the value that <see cref="MaskingGraph.Choose"/> works out. The complete graph where it is as many as there are other clients, or more.</value>
    public int? Neighbours { get; init; }

    /// <value>Clients sign with keys that the others know beforehand, and confirm the list of survivors to each other: against a coordinator that plays false. The graph is complete then.</value>
    public bool Identities { get; init; }

    /// <value>γ: share of the clients that may work together with the coordinator, 0 to below 1.</value>
    public double Corrupt { get; init; } = 0.2;

    /// <value>δ: share of the clients that may drop out, 0 to below 1; γ + δ is below 1.</value>
    public double DropOut { get; init; } = 0.3;

    /// <value>σ: the graph protects with probability at least 1 - 2^-σ.</value>
    public int SecurityBits { get; init; } = 40;

    /// <value>η: the sum can be unmasked with probability at least 1 - 2^-η, while no more than δ drop out.</value>
    public int CorrectnessBits { get; init; } = 30;
}
