namespace Federated.Core.Jobs;

/// <summary>What keeps a client's data from being read out of what it sends.</summary>
public sealed record PrivacySpec
{
    /// <value>The coordinator learns only sums.</value>
    [JobField("Masks updates so that the coordinator learns only their sum.")]
    public SecureAggregationSpec SecureAggregation { get; init; } = new();

    /// <value>Sums tell little of any one client.</value>
    [JobField("Clips and adds noise so that what is learnt tells little of any one client or example.")]
    public DifferentialSpec Differential { get; init; } = new();
}
