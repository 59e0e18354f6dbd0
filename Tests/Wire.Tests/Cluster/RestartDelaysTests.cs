using Federated.Wire.Cluster;

namespace Federated.Wire.Tests.Cluster;

public sealed class RestartDelaysTests
{
    [Fact]
    public void Delays_double_up_to_a_quarter_of_a_minute_and_start_again_after_a_minute_of_health()
    {
        var delays = RestartDelays.None;

        Assert.Equal([1, 2, 4, 8, 15, 15], Enumerable.Range(0, 6).Select(_ => Next(TimeSpan.FromSeconds(59))));
        Assert.Equal([1, 2], new[] { TimeSpan.FromMinutes(1), TimeSpan.Zero }.Select(Next));

        double Next(TimeSpan healthy)
        {
            (var delay, delays) = delays.After(healthy);
            return delay.TotalSeconds;
        }
    }

    [Fact]
    public void Any_number_of_restarts_waits_for_the_cap() =>
        Assert.Equal(TimeSpan.FromSeconds(15), new RestartDelays(int.MaxValue - 1).After(TimeSpan.Zero).Delay);
}
