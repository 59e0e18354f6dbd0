using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Jobs;
using Federated.Core.Randomness;

namespace Federated.Core.Partitioning;

/// <summary>Spreads examples over clients as a job says. Pure: the same arguments give the same shares on every platform. Every example goes to
/// exactly one client, and every client gets at least one.</summary>
public static class Partitioner
{
    /// <summary>Spreads examples over clients.</summary>
    /// <param name="data">The kind of partition, its options and the number of clients.</param>
    /// <param name="labels">Class of every example, 0..classes-1. Read by the kinds shards and dirichlet.</param>
    /// <param name="classes">Number of classes; 0 for regression.</param>
    /// <param name="examples">Number of examples.</param>
    /// <param name="owners">natural: the client of every example; else empty.</param>
    /// <param name="seed">The job's seed.</param>
    /// <exception cref="ArgumentException">The data cannot be spread like that; <see cref="PartitionRules.Check"/> tells beforehand, for people.</exception>
    public static ImmutableArray<ClientShare> Create(
        DataSpec data, ReadOnlySpan<long> labels, int classes, int examples, ImmutableArray<string> owners, ulong seed)
    {
        var (errors, kind) = (PartitionRules.Check(data, examples, classes > 0, !owners.IsEmpty), data.Partition.Kind);
        if (!errors.IsEmpty) throw new ArgumentException(string.Join(' ', errors), nameof(data));
        if (kind == PartitionKind.Natural)
            return owners.Length == examples ? NaturalPartition.Group(owners)
                : throw new ArgumentException($"Expected an owner for each of {examples} examples, got {owners.Length}.", nameof(owners));
        if (kind is PartitionKind.Shards or PartitionKind.Dirichlet && labels.Length != examples)
            throw new ArgumentException($"Expected {examples} labels, got {labels.Length}.", nameof(labels));
        var stream = new RandomStream(SeedTree.Derive(seed, "partition"));
        var options = data.Partition;
        var shares = kind switch
        {
            PartitionKind.Iid => IidPartition.Draw(examples, data.Clients, stream),
            PartitionKind.Shards => ShardPartition.Draw(labels, data.Clients, options.ShardsPerClient, stream),
            PartitionKind.Dirichlet => DirichletPartition.Draw(labels, classes, data.Clients, options.Alpha, stream),
            PartitionKind.Quantity => QuantityPartition.Draw(examples, data.Clients, options.Alpha, options.MinimumExamples, stream),
            _ => throw new ArgumentOutOfRangeException(nameof(data), kind, "Unknown kind of partition."),
        };
        return [.. shares.Select((share, client) => new ClientShare(string.Create(CultureInfo.InvariantCulture, $"client-{client}"), Sorted(share)))];
    }

    // Ascending, so that a share does not depend on the order in which a method happened to deal it.
    private static ImmutableArray<int> Sorted(int[] share)
    {
        Array.Sort(share);
        return [.. share];
    }
}
