using Federated.Core.Partitioning;

namespace Federated.Core.Tests.Partitioning;

public sealed class PartitionStatisticsTests
{
    [Fact]
    public void Statistics_of_a_small_partition_match_the_hand_computed_ones()
    {
        // a owns labels 0, 0, 1; b owns 1. Global: 1/2, 1/2. Distances: |2/3 - 1/2| = 1/6 and |0 - 1/2| = 1/2; mean 1/3.
        var statistics = PartitionStatistics.Of([new("a", [0, 1, 2]), new("b", [3])], [0, 0, 1, 1], 2);
        Assert.Equal<int>([2, 1], statistics.Histograms[0]);
        Assert.Equal<int>([0, 1], statistics.Histograms[1]);
        Assert.Equal<int>([2, 2], statistics.Global);
        Assert.Equal(1.0 / 3, statistics.MeanTotalVariation, 1e-15);
        Assert.Equal((1, 3), (statistics.Smallest, statistics.Largest));
    }

    [Fact]
    public void Client_without_examples_has_no_distribution()
    {
        Assert.Throws<ArgumentException>(() => PartitionStatistics.Of([new("a", [])], [0], 2));
        Assert.Throws<ArgumentException>(() => PartitionStatistics.Of([], [0], 2));
    }
}
