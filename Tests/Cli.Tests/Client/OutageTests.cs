using Federated.Cli.Client;

namespace Federated.Cli.Tests.Client;

public sealed class OutageTests
{
    [Theory]
    [InlineData(1, 0.0, 0.5)]
    [InlineData(1, 0.5, 0.75)]
    [InlineData(2, 0.0, 1.0)]
    [InlineData(3, 0.5, 3.0)]
    [InlineData(4, 0.0, 2.5)]
    [InlineData(100, 0.0, 2.5)]
    [InlineData(100, 1.0, 5.0)]
    public void Delay_grows_from_half_a_second_to_five_and_is_spread(int failures, double jitter, double expected) =>
        Assert.Equal(expected, Outage.Delay(failures, jitter), 1e-9);
}
