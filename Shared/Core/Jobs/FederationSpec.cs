namespace Federated.Core.Jobs;

/// <summary>Rounds, cohort and algorithm.</summary>
public sealed record FederationSpec
{
    /// <value>Rounds to commit.</value>
    [JobField("Rounds to commit.", Minimum = 1, Maximum = 1_000_000)]
    public int Rounds { get; init; } = 10;

    /// <value>Who takes part in a round.</value>
    [JobField("Who takes part in a round.")]
    public CohortSpec Cohort { get; init; } = new();

    /// <value>How updates become the next model.</value>
    [JobField("How updates become the next model.")]
    public AlgorithmSpec Algorithm { get; init; } = new();

    /// <value>How a round's updates become one.</value>
    [JobField("How a round's updates become one.")]
    public AggregationSpec Aggregation { get; init; } = new();

    /// <value>How often a failed round is tried again before the run fails.</value>
    [JobField("How often a failed round is tried again, with a newly drawn cohort, before the run fails.", Minimum = 0, Maximum = 1000)]
    public int Retries { get; init; } = 3;
}
