namespace Federated.Core.Jobs;

/// <summary>How examples are spread over clients.</summary>
public sealed record PartitionSpec
{
    /// <value>The way.</value>
    [JobField("iid: shuffled and dealt in equal parts. shards: sorted by label and cut into equal shards, some shards a client (McMahan et al. 2017). "
        + "dirichlet: each client's label mix drawn from a Dirichlet distribution (Hsu et al. 2019). "
        + "quantity: labels mixed evenly, sizes drawn from a Dirichlet distribution. natural: as the data says, by the column data.client_column of a csv or by the user of a rating.")]
    public PartitionKind Kind { get; init; } = PartitionKind.Iid;

    /// <value>dirichlet and quantity: concentration; small is skewed.</value>
    [JobField("Concentration: the smaller, the more skewed.", ExclusiveMinimum = 0, Maximum = 1e6)]
    [AppliesWhen("data.partition.kind", "dirichlet", "quantity")]
    public double Alpha { get; init; } = 0.5;

    /// <value>shards: shards a client.</value>
    [JobField("Shards a client.", Minimum = 1, Maximum = 100_000)]
    [AppliesWhen("data.partition.kind", "shards")]
    public int ShardsPerClient { get; init; } = 2;

    /// <value>dirichlet and quantity: every client gets at least this many examples.</value>
    [JobField("Every client gets at least this many examples.", Minimum = 1, Maximum = 1_000_000)]
    [AppliesWhen("data.partition.kind", "dirichlet", "quantity")]
    public int MinimumExamples { get; init; } = 2;
}

/// <summary>Ways to spread examples over clients.</summary>
public enum PartitionKind
{
    /// <summary>Shuffled and dealt in equal parts.</summary>
    Iid,

    /// <summary>Sorted by label, cut into equal shards, some shards a client (McMahan et al. 2017).</summary>
    Shards,

    /// <summary>Each client's label mix drawn from a Dirichlet distribution (Hsu et al. 2019).</summary>
    Dirichlet,

    /// <summary>Labels mixed evenly, sizes drawn from a Dirichlet distribution.</summary>
    Quantity,

    /// <summary>As the data says, by its client column.</summary>
    Natural,
}
