using Federated.Core.Randomness;

namespace Federated.Core.Partitioning;

/// <summary>The pathological split of McMahan et al., "Communication-efficient learning of deep networks from decentralized data", AISTATS 2017,
/// arXiv:1602.05629, section 3: sort by label, cut into clients x shards-per-client shards of equal size, deal every client its shards at random.</summary>
/// <remarks>Within a label, examples keep the order of the data set, as in a stable sort. Where the number of shards does not divide the number of
/// examples, shard sizes differ by one at most.</remarks>
internal static class ShardPartition
{
    public static int[][] Draw(ReadOnlySpan<long> labels, int clients, int shardsPerClient, RandomStream stream)
    {
        var byLabel = new int[labels.Length];
        for (var i = 0; i < byLabel.Length; i++) byLabel[i] = i;
        var keys = new (long Label, int Index)[labels.Length];   // the index makes the sort stable
        for (var i = 0; i < keys.Length; i++) keys[i] = (labels[i], i);
        Array.Sort(keys, byLabel);
        var shards = IidPartition.Cut(byLabel, IidPartition.Sizes(labels.Length, checked(clients * shardsPerClient)));
        stream.Shuffle<int[]>(shards);
        var shares = new int[clients][];
        for (var client = 0; client < clients; client++)
            shares[client] = [.. shards.AsSpan(client * shardsPerClient, shardsPerClient).ToArray().SelectMany(shard => shard)];
        return shares;
    }
}
