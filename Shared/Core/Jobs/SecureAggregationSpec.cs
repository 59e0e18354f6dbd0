namespace Federated.Core.Jobs;

/// <summary>Secure aggregation: Bonawitz et al. 2017, with the sparse graph of Bell et al. 2020.</summary>
public sealed record SecureAggregationSpec
{
    /// <value>Whether updates are masked.</value>
    [JobField("Whether clients mask their updates with each other (Bonawitz et al. 2017; Bell et al. 2020).")]
    public bool Enabled { get; init; }
}
