namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>What the job says about masking. The coordinator and every client know it, each from the job: a client works out threshold and neighbours for itself and refuses what differs.</summary>
public sealed record MaskingRules
{
    /// <value>Survivors below which nothing is unmasked, at least 2: the sum of one client's update is that update.</value>
    public required int Minimum { get; init; }

    /// <value>t, at least 2: shares that open a secret, of those that a client's neighbours and the client itself hold; null for the value that <see cref="MaskingGraph.Choose"/> works out.</value>
    public int? Threshold { get; init; }

    /// <value>k, at least 2: neighbours of a client, made even; null for the value that <see cref="MaskingGraph.Choose"/> works out. The complete graph where it is as many as there are other clients, or more.</value>
    public int? Neighbours { get; init; }

    /// <value>Clients sign with keys that the others know beforehand, and confirm the list of survivors to each other: against a coordinator that plays false. The graph is complete then.</value>
    public bool Identities { get; init; }

    /// <value>γ: share of the clients that may work together with the coordinator, 0 to below 1.</value>
    public double Corrupt { get; init; } = 0.2;

    /// <value>δ: share of the clients that may drop out, 0 to below 1; γ + δ is below 1.</value>
    public double DropOut { get; init; } = 0.3;

    /// <value>σ, 1 to 128: the graph protects with probability at least 1 - 2^-σ.</value>
    public int SecurityBits { get; init; } = 40;

    /// <value>η, 1 to 128: the sum can be unmasked with probability at least 1 - 2^-η, while no more than δ drop out.</value>
    public int CorrectnessBits { get; init; } = 30;

    /// <value>Clients without which no attempt can succeed: the minimum or a declared threshold.</value>
    public int Needed => Math.Max(Minimum, Threshold ?? 0);

    /// <summary>What is wrong with the rules themselves, as one sentence; null when nothing is.</summary>
    public string? Fault() =>
        Minimum < 2 ? $"The minimum of survivors is at least 2, not {Minimum}: the sum of one client's update is that update."
        : Threshold < 2 ? $"The threshold is at least 2, not {Threshold}: with 1, each neighbour could open a client's masks alone."
        : Neighbours < 2 ? $"A client has at least 2 neighbours, not {Neighbours}."
        : Threshold > Neighbours + 1 ? $"The threshold is at most {Neighbours + 1}, not {Threshold}: a secret has one share with each of the {Neighbours} neighbours and one with the client itself."
        : Identities && Neighbours is not null ? "With identities every client is a neighbour of every other; leave the number of neighbours out."
        : !(Corrupt is >= 0 and < 1 && DropOut is >= 0 and < 1 && Corrupt + DropOut < 1) ? $"The shares of corrupt clients and of drop-outs are at least 0 and together below 1, not {Corrupt} and {DropOut}."
        : SecurityBits is < 1 or > 128 || CorrectnessBits is < 1 or > 128 ? $"Probabilities are 2^-1 to 2^-128, not 2^-{SecurityBits} and 2^-{CorrectnessBits}."
        : null;
}
