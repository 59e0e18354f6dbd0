namespace Federated.Core.Jobs;

/// <summary>Secure aggregation: Bonawitz et al. 2017, with the sparse graph of Bell et al. 2020.</summary>
public sealed record SecureAggregationSpec
{
    private const string Enables = "privacy.secure_aggregation.enabled";
    private const string Mechanism = "privacy.differential.mechanism";
    private const string Distributed = "distributed";   // which bounds lengths, not values, and weighs all the same

    /// <value>Whether updates are masked.</value>
    [JobField("Whether clients mask their updates with each other, so that the coordinator learns their sum alone (Bonawitz et al. 2017; Bell et al. 2020). See docs/privacy.md.")]
    public bool Enabled { get; init; }

    /// <value>Bits of each value before the room for the sum.</value>
    [JobField("Bits of each value of an update. The sum of n clients takes log2(n) bits more.", Minimum = 2, Maximum = 24)]
    [AppliesWhen(Enables, "true")]
    public int Bits { get; init; } = 16;

    /// <value>Largest magnitude of a value.</value>
    [JobField("Largest magnitude of a value of an update: what is beyond is cut off by the client. The step of the encoding is clip / (2^(bits - 1) - 1); with mechanism distributed that of privacy.differential.clip.", ExclusiveMinimum = 0, Maximum = 1e6)]
    [AppliesWhen(Enables, "true")]
    [AppliesWhen(Mechanism, Distributed, Not = true)]
    public double Clip { get; init; } = 1;

    /// <value>What an update counts in the mean.</value>
    [JobField("uniform: every client counts the same. examples: by its examples, up to examples_cap.")]
    [AppliesWhen(Enables, "true")]
    [AppliesWhen(Mechanism, Distributed, Not = true)]
    public MaskedWeighting Weighting { get; init; } = MaskedWeighting.Examples;

    /// <value>Examples of the largest client.</value>
    [JobField("Examples at which a client has its full weight; who has more counts as this many. The closer to the largest client's, the finer the encoding.", Minimum = 1, Maximum = 1_000_000)]
    [AppliesWhen(Enables, "true")]
    [AppliesWhen("privacy.secure_aggregation.weighting", "examples")]
    [AppliesWhen(Mechanism, Distributed, Not = true)]
    public int ExamplesCap { get; init; } = 1000;

    /// <value>Whether examples are counted by class.</value>
    [JobField("Whether clients mask how many of their training examples each class has beside their updates, so that the coordinator learns how many the clients of each round have together. "
        + "The counts are exact, and rounds with different clients tell single ones apart (docs/privacy.md). For classification with at most 32 classes.")]
    [AppliesWhen(Enables, "true")]
    public bool LabelCounts { get; init; }

    /// <value>t; null for the protocol's own.</value>
    [JobField("t, shares that open a secret: of a client and its neighbours, so many must stay to the end, and so many must be asked to unmask anything.", Minimum = 2, Maximum = 10_001,
        DefaultInWords = "more than two thirds where all clients are neighbours; else as Bell et al. 2020 reckon it")]
    [AppliesWhen(Enables, "true")]
    public int? Threshold { get; init; }

    /// <value>k; null for the protocol's own.</value>
    [JobField("k, clients that each client masks its update with; all of them where there are no more.", Minimum = 2, Maximum = 10_000,
        DefaultInWords = "as few as Bell et al. 2020 find safe, all of them in small cohorts")]
    [AppliesWhen(Enables, "true")]
    public int? Neighbours { get; init; }

    /// <value>Time of each phase after the training.</value>
    [JobField("Time that each phase of the protocol after the training may take; who does not answer by then drops out.", ExclusiveMinimum = 0, Maximum = 24 * 3600)]
    [AppliesWhen(Enables, "true")]
    public TimeSpan PhaseDeadline { get; init; } = TimeSpan.FromMinutes(1);

    /// <value>Whether clients sign.</value>
    [JobField("Whether clients sign what they send each other, and take nothing of others without a signature: then a malicious coordinator can neither play clients nor tell them different survivors. "
        + "Workers need --identity and --peers.")]
    [AppliesWhen(Enables, "true")]
    public bool RequireIdentities { get; init; }

    /// <value>Whether clients mask how many examples of each class they have.</value>
    public bool CountsLabels => Enabled && LabelCounts;
}

/// <summary>What an update counts in the mean of a masked round.</summary>
public enum MaskedWeighting
{
    /// <summary>By its examples, up to a cap.</summary>
    Examples,

    /// <summary>As much as any.</summary>
    Uniform,
}
