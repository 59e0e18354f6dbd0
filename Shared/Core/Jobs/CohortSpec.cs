namespace Federated.Core.Jobs;

/// <summary>Who takes part in a round.</summary>
public sealed record CohortSpec
{
    /// <value>Fraction of all clients that a round wants updates of; at least one client.</value>
    [JobField("Fraction of all clients that a round wants updates of; at least one client.", ExclusiveMinimum = 0, Maximum = 1)]
    [AppliesWhen("federation.mode", "synchronous", "semi_synchronous")]
    public double Fraction { get; init; } = 1.0;

    /// <value>Updates below which a round fails.</value>
    [JobField("Updates below which a round fails.", Minimum = 1, Maximum = 100_000)]
    public int Minimum { get; init; } = 1;

    /// <value>How many times more clients are asked than are wanted, never more than there are; the round closes with the wanted number.</value>
    [JobField("How many times more clients are asked than are wanted, never more than there are; the round closes with the wanted number.",
        Minimum = 1, Maximum = 10)]
    [AppliesWhen("federation.mode", "synchronous", "semi_synchronous")]
    [AppliesWhen("federation.cohort.selection.kind", "poisson", Not = true, DefaultIsFine = true)]
    public double OverSelect { get; init; } = 1.0;

    /// <value>How they are chosen.</value>
    [JobField("How the clients that a round asks are chosen.")]
    [AppliesWhen("federation.mode", "synchronous", "semi_synchronous")]
    public SelectionSpec Selection { get; init; } = new();

    /// <value>Time a round may take from its first task to its last update; where there are no rounds, that each client may take.</value>
    [JobField("Time that a round may take from its first task to its last update; with fedasync and fedbuff, that each client may take.", ExclusiveMinimum = 0, Maximum = 7 * 24 * 3600)]
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);
}
