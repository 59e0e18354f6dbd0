using Federated.Core.Algorithms;
using Federated.Core.Metrics;
using Federated.Core.Metrics.Readers;

namespace Federated.Core.Tests.Metrics;

public sealed class NaiveReaderTests
{
    [Fact]
    public void Errors_are_roots_of_mean_squares() =>
        Assert.Equal([new Figure("naive_rmse", 3), new Figure("seasonal_naive_rmse", 2)], Read([0, 1, 2, 3], [4, 36, 4, 16]));

    [Fact]
    public void Without_a_season_there_is_no_seasonal_figure() => Assert.Equal([new Figure("naive_rmse", 0)], Read([0, 1], [4, 0]));

    [Theory]
    [InlineData(4, 1)]
    [InlineData(1, -1)]
    public void Tally_that_cannot_be_is_complained_of(int index, double value) => Assert.NotNull(new NaiveReader().Complaint(new("naive", [index], [value])));

    private static IEnumerable<Figure> Read(int[] indices, double[] values) => new NaiveReader().Read(new("naive", [.. indices], [.. values]), default(MetricSums), []);
}
