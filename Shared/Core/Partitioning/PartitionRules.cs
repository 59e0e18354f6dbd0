using System.Collections.Immutable;
using Federated.Core.Jobs;

namespace Federated.Core.Partitioning;

/// <summary>Tells whether a partition can be made, before anything is drawn.</summary>
public static class PartitionRules
{
    /// <summary>Everything that stands against the partition of a data set of known size; empty when it can be made.</summary>
    /// <param name="data">Partition and number of clients.</param>
    /// <param name="examples">Training examples.</param>
    /// <param name="labelled">Whether examples have class labels (false for regression).</param>
    /// <param name="owned">Whether the data says which client owns an example.</param>
    public static ImmutableArray<JobError> Check(DataSpec data, int examples, bool labelled, bool owned)
    {
        var (partition, clients) = (data.Partition, data.Clients);
        var errors = ImmutableArray.CreateBuilder<JobError>();
        var kind = partition.Kind.ToString().ToLowerInvariant();
        if (examples < 1) errors.Add(new("data", "there are no training examples to spread over clients."));
        if (partition.Kind == PartitionKind.Natural)
        {
            if (!owned)
                errors.Add(new("data.partition.kind", "natural needs data that names each example's client: a csv with data.client_column set. "
                    + "Use iid, shards, dirichlet or quantity."));
            return errors.ToImmutable();
        }
        if (clients < 1) errors.Add(new("data.clients", $"{clients} is below 1."));
        if (partition.Kind is PartitionKind.Shards or PartitionKind.Dirichlet && !labelled)
            errors.Add(new("data.partition.kind", $"{kind} needs class labels, and this data set has numeric targets. Use iid or quantity."));
        var alpha = partition.Alpha;
        if (partition.Kind is PartitionKind.Dirichlet or PartitionKind.Quantity && !(alpha > 0 && double.IsFinite(alpha)))
            errors.Add(new("data.partition.alpha", $"{alpha} is not a finite number above 0."));
        if (partition.Kind == PartitionKind.Shards && partition.ShardsPerClient < 1)
            errors.Add(new("data.partition.shards_per_client", $"{partition.ShardsPerClient} is below 1."));
        if (errors.Count > 0) return errors.ToImmutable();
        var (least, path) = partition.Kind switch
        {
            PartitionKind.Shards => (partition.ShardsPerClient, "data.partition.shards_per_client"),
            PartitionKind.Dirichlet or PartitionKind.Quantity => (Math.Max(1, partition.MinimumExamples), "data.partition.minimum_examples"),
            _ => (1, "data.clients"),
        };
        if ((long)clients * least > examples)
            errors.Add(new(path, $"{clients} clients with at least {least} examples each need {(long)clients * least} training examples, "
                + $"and there are {examples}. Use at most {examples / least} clients" + (least > 1 ? $", or at most {examples / clients} here." : ".")));
        return errors.ToImmutable();
    }
}
