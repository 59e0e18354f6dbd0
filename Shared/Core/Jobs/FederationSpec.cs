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

    /// <value>How often a failed round is tried again before the run fails.</value>
    [JobField("How often a failed round is tried again, with a newly drawn cohort, before the run fails.", Minimum = 0, Maximum = 1000)]
    public int Retries { get; init; } = 3;
}

/// <summary>The federated algorithm and its options.</summary>
public sealed record AlgorithmSpec
{
    /// <value>Name of a known algorithm.</value>
    [JobField("fedavg: clients train for some epochs, the server averages what changed, weighted by examples. "
        + "fedsgd: the update is the gradient over the client's whole data at the round's model, "
        + "and the server takes one step a round (both McMahan et al. 2017).",
        Names = JobNames.Algorithms)]
    public string Name { get; init; } = "fedavg";

    /// <value>Factor on the mean update in the server's step; fedsgd's step size.</value>
    [JobField("Factor on the mean update in the server's step; for fedsgd, which has no other, the learning rate.", ExclusiveMinimum = 0, Maximum = 1e6)]
    public double ServerLearningRate { get; init; } = 1.0;
}
