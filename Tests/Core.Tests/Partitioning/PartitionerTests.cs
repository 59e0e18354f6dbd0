using Federated.Core.Jobs;
using Federated.Core.Partitioning;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Partitioning;

public sealed class PartitionerTests
{
    private const int Classes = 10;

    public static TheoryData<PartitionKind, int, int, double, int, int> Cases => new()
    {
        // kind, examples, clients, alpha, shards per client, minimum
        { PartitionKind.Iid, 1000, 10, 0.5, 2, 1 },
        { PartitionKind.Iid, 1003, 10, 0.5, 2, 1 },
        { PartitionKind.Iid, 7, 7, 0.5, 2, 1 },
        { PartitionKind.Shards, 1000, 10, 0.5, 2, 1 },
        { PartitionKind.Shards, 1007, 9, 0.5, 3, 1 },
        { PartitionKind.Shards, 18, 9, 0.5, 2, 1 },
        { PartitionKind.Dirichlet, 1000, 10, 0.5, 2, 2 },
        { PartitionKind.Dirichlet, 1003, 7, 0.001, 2, 50 },
        { PartitionKind.Dirichlet, 1000, 10, 1e6, 2, 100 },
        { PartitionKind.Dirichlet, 20, 20, 1e-9, 2, 1 },
        { PartitionKind.Quantity, 1000, 10, 0.5, 2, 2 },
        { PartitionKind.Quantity, 1000, 10, 1e-9, 2, 20 },
        { PartitionKind.Quantity, 1000, 10, 0.5, 2, 100 },
        { PartitionKind.Quantity, 1000, 1, 0.5, 2, 1 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_example_goes_to_exactly_one_client_and_no_client_gets_too_few(
        PartitionKind kind, int examples, int clients, double alpha, int shardsPerClient, int minimum)
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var shares = Partitioner.Create(Spec(kind, clients, alpha, shardsPerClient, minimum), Labels(examples, seed), Classes, examples, [], seed);
            Assert.Equal(Enumerable.Range(0, clients).Select(client => $"client-{client}"), shares.Select(share => share.Id));
            Assert.Equal(Enumerable.Range(0, examples), shares.SelectMany(share => share.Examples).Order());
            Assert.All(shares, share => Assert.True(share.Examples.Length >= minimum));
            Assert.All(shares, share => Assert.Equal(share.Examples.Order(), share.Examples));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Same_seed_gives_the_same_shares_and_another_seed_other_ones(
        PartitionKind kind, int examples, int clients, double alpha, int shardsPerClient, int minimum)
    {
        var (spec, labels) = (Spec(kind, clients, alpha, shardsPerClient, minimum), Labels(examples, 1));
        string Shares(ulong seed) =>
            string.Join('|', Partitioner.Create(spec, labels, Classes, examples, [], seed).Select(share => string.Join(',', share.Examples)));
        Assert.Equal(Shares(7), Shares(7));
        if (clients > 1) Assert.NotEqual(Shares(7), Shares(8));
    }

    [Theory]
    [InlineData(PartitionKind.Iid)]
    [InlineData(PartitionKind.Dirichlet)]
    public void Equal_partitions_have_sizes_that_differ_by_one_at_most(PartitionKind kind)
    {
        var shares = Partitioner.Create(Spec(kind, 10), Labels(1003, 1), Classes, 1003, [], 5);
        Assert.Equal([101, 101, 101, 100, 100, 100, 100, 100, 100, 100], shares.Select(share => share.Examples.Length));
    }

    [Fact]
    public void Shards_of_a_balanced_set_give_each_client_two_labels_at_most_and_600_examples()
    {
        // McMahan's split of 60,000 digits: 200 shards of 300, two a client. 6000 of each label make 20 whole shards.
        var labels = new long[60_000];
        for (var i = 0; i < labels.Length; i++) labels[i] = i % Classes;
        var shares = Partitioner.Create(Spec(PartitionKind.Shards, 100), labels, Classes, labels.Length, [], 3);
        var statistics = PartitionStatistics.Of(shares, labels, Classes);
        Assert.Equal((600, 600), (statistics.Smallest, statistics.Largest));
        Assert.All(statistics.Histograms, histogram => Assert.InRange(histogram.Count(count => count > 0), 1, 2));
        Assert.All(statistics.Histograms, histogram => Assert.All(histogram, count => Assert.Equal(0, count % 300)));
    }

    [Fact]
    public void Dirichlet_skew_grows_as_alpha_falls()
    {
        var labels = Labels(20_000, 1);
        double Distance(double alpha) => PartitionStatistics.Of(
            Partitioner.Create(Spec(PartitionKind.Dirichlet, 20, alpha), labels, Classes, labels.Length, [], 9), labels, Classes).MeanTotalVariation;
        var distances = new[] { 100, 1, 0.1, 0.01 }.Select(Distance).ToArray();
        Assert.Equal(distances.Order(), distances);
        Assert.True(distances[0] < 0.06, $"alpha 100: {distances[0]}");
        Assert.InRange(distances[1], 0.25, 0.45);
        Assert.True(distances[3] > 0.65, $"alpha 0.01: {distances[3]}");
    }

    [Fact]
    public void Dirichlet_with_a_label_nobody_has_works()
    {
        var labels = Enumerable.Repeat(3L, 50).ToArray();
        var shares = Partitioner.Create(Spec(PartitionKind.Dirichlet, 5), labels, Classes, 50, [], 1);
        Assert.All(shares, share => Assert.Equal(10, share.Examples.Length));
    }

    [Fact]
    public void Quantity_skew_leaves_labels_mixed_and_sizes_unequal()
    {
        var labels = Labels(20_000, 1);
        var statistics = PartitionStatistics.Of(Partitioner.Create(Spec(PartitionKind.Quantity, 10, 0.5, 2, 200), labels, Classes, labels.Length, [], 2), labels, Classes);
        Assert.True(statistics.Largest > 5 * statistics.Smallest, $"{statistics.Smallest} to {statistics.Largest}");
        Assert.True(statistics.MeanTotalVariation < 0.1, $"{statistics.MeanTotalVariation}");
    }

    [Fact]
    public void Natural_partition_groups_by_owner_in_ordinal_order()
    {
        var spec = new DataSpec { Partition = new() { Kind = PartitionKind.Natural }, Clients = 99 };
        var shares = Partitioner.Create(spec, [], 0, 5, ["b", "a", "b", "B", "a"], 1);
        Assert.Equal(["B", "a", "b"], shares.Select(share => share.Id));
        Assert.Equal<int>([3], shares[0].Examples);
        Assert.Equal<int>([1, 4], shares[1].Examples);
        Assert.Equal<int>([0, 2], shares[2].Examples);
    }

    [Fact]
    public void What_cannot_be_spread_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Partitioner.Create(Spec(PartitionKind.Iid, 11), Labels(10, 1), Classes, 10, [], 1));
        Assert.Throws<ArgumentException>(() => Partitioner.Create(Spec(PartitionKind.Dirichlet, 2), Labels(9, 1), Classes, 10, [], 1));
        Assert.Throws<ArgumentException>(() => Partitioner.Create(Spec(PartitionKind.Natural, 2), [], Classes, 10, ["a"], 1));
    }

    private static DataSpec Spec(PartitionKind kind, int clients, double alpha = 0.5, int shardsPerClient = 2, int minimum = 2) =>
        new() { Clients = clients, Partition = new() { Kind = kind, Alpha = alpha, ShardsPerClient = shardsPerClient, MinimumExamples = minimum } };

    // Unevenly frequent labels in random order.
    private static long[] Labels(int examples, ulong seed)
    {
        var stream = new RandomStream(seed + 1000);
        return [.. Enumerable.Range(0, examples).Select(_ => (long)Math.Min(stream.Next(Classes), stream.Next(Classes + 5)))];
    }
}
