namespace Federated.Core.Jobs;

/// <summary>Rounds, cohort and algorithm.</summary>
public sealed record FederationSpec
{
    /// <value>Rounds to commit.</value>
    [JobField("Rounds to commit.", Minimum = 1, Maximum = 1_000_000)]
    public int Rounds { get; init; } = 10;

    /// <value>When a version of the model is made.</value>
    [JobField("synchronous: a round's clients all start from one version, and their updates make the next. semi_synchronous: a round closes at cohort.deadline with the updates that "
        + "are there, and late ones count in a later round. fedasync: every update makes a version (Xie et al. 2019). fedbuff: every so many updates make a version (Nguyen et al. 2022). "
        + "In the last two a round is a version, and clients get new work at once.")]
    public FederationMode Mode { get; init; } = FederationMode.Synchronous;

    /// <value>How updates of older versions are taken.</value>
    [JobField("How updates of older versions of the model are taken.")]
    [AppliesWhen("federation.mode", "synchronous", Not = true)]
    public AsynchronousSpec Asynchronous { get; init; } = new();

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
