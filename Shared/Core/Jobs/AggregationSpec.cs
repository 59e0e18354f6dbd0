namespace Federated.Core.Jobs;

/// <summary>How a round's updates become one, and how many attackers that has to bear.</summary>
public sealed record AggregationSpec
{
    /// <value>Which rule.</value>
    [JobField("mean: weighted by examples, for clients that are trusted. median, trimmed_mean: in each value (Yin et al. 2018). krum, multi_krum: the updates that are nearest to others "
        + "(Blanchard et al. 2017). bulyan: krum, then a trimmed mean (El Mhamdi et al. 2018). geometric_median: the point nearest to all (Pillutla et al. 2022). norm_bound: the mean of "
        + "updates cut to a length (Sun et al. 2019). centered_clipping: what differs from the last round is cut (Karimireddy et al. 2021). fltrust: what agrees with a client that is trusted (Cao et al. 2021). "
        + "See docs/robustness.md.")]
    public AggregationRule Rule { get; init; } = AggregationRule.Mean;

    /// <value>f, how many of a round's updates may come from attackers.</value>
    [JobField("f, how many of a round's updates may come from attackers. Each rule needs federation.cohort.minimum to be large enough for it.", Minimum = 1, Maximum = 10_000)]
    [AppliesWhen("federation.aggregation.rule", "mean", "norm_bound", Not = true)]
    public int Attackers { get; init; } = 1;

    /// <value>multi_krum: how many updates are averaged; null for all but f.</value>
    [JobField("m of multi_krum: how many updates are averaged.", Minimum = 1, Maximum = 100_000, DefaultInWords = "n - f, all but the attackers")]
    [AppliesWhen("federation.aggregation.rule", "multi_krum")]
    public int? Select { get; init; }

    /// <value>norm_bound: largest Euclidean length of an update.</value>
    [JobField("M of norm_bound: longer updates are cut to this Euclidean length.", ExclusiveMinimum = 0, Maximum = 1e9)]
    [AppliesWhen("federation.aggregation.rule", "norm_bound")]
    public double Bound { get; init; } = 1;

    /// <value>centered_clipping: largest distance from the centre.</value>
    [JobField("τ of centered_clipping: an update counts no further from the centre than this Euclidean distance.", ExclusiveMinimum = 0, Maximum = 1e9)]
    [AppliesWhen("federation.aggregation.rule", "centered_clipping")]
    public double Radius { get; init; } = 10;

    /// <value>centered_clipping: steps a round.</value>
    [JobField("Steps of centered_clipping a round.", Minimum = 1, Maximum = 1000)]
    [AppliesWhen("federation.aggregation.rule", "centered_clipping")]
    public int ClippingSteps { get; init; } = 1;

    /// <value>geometric_median: most steps of Weiszfeld's algorithm.</value>
    [JobField("Most steps of Weiszfeld's algorithm; it ends earlier where a step no longer moves the point.", Minimum = 1, Maximum = 10_000)]
    [AppliesWhen("federation.aggregation.rule", "geometric_median")]
    public int MedianSteps { get; init; } = 100;

    /// <value>geometric_median: smallest distance that is divided by.</value>
    [JobField("ν of geometric_median: nearer points count as if they were this far, so that nothing is divided by 0.", ExclusiveMinimum = 0, Maximum = 1e3)]
    [AppliesWhen("federation.aggregation.rule", "geometric_median")]
    public double Smoothing { get; init; } = 1e-6;

    /// <value>fltrust: the trusted client; null with other rules.</value>
    [JobField("The client that fltrust trusts: its update is what others are compared with, it is in every cohort, and its own update is not in the mean.", LeftOut = true)]
    [AppliesWhen("federation.aggregation.rule", "fltrust")]
    public string? Root { get; init; }

    /// <value>Updates that are averaged before the rule sees them.</value>
    [JobField("s: so many updates, drawn afresh each round, are averaged to one before the rule sees them, which helps it where clients have unlike data (Karimireddy et al. 2022); 1 for none.", Minimum = 1, Maximum = 1000)]
    [AppliesWhen("federation.aggregation.rule", "mean", Not = true)]
    public int Bucketing { get; init; } = 1;
}

/// <summary>What makes one update out of many.</summary>
public enum AggregationRule
{
    /// <summary>Weighted mean.</summary>
    Mean,

    /// <summary>Median of each value.</summary>
    Median,

    /// <summary>Mean of each value without the f largest and the f smallest.</summary>
    TrimmedMean,

    /// <summary>The update nearest to others.</summary>
    Krum,

    /// <summary>Mean of the updates nearest to others.</summary>
    MultiKrum,

    /// <summary>Krum, then a trimmed mean.</summary>
    Bulyan,

    /// <summary>The point with the least sum of distances.</summary>
    GeometricMedian,

    /// <summary>Mean of updates of bounded length.</summary>
    NormBound,

    /// <summary>Mean of updates within a ball around the last round's.</summary>
    CenteredClipping,

    /// <summary>Mean of updates that agree with a trusted one.</summary>
    [JobKey("fltrust")]
    FlTrust,
}
