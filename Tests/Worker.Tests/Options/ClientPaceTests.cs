using Federated.Worker.Options;

namespace Federated.Worker.Tests.Options;

public sealed class ClientPaceTests
{
    [Theory]
    [InlineData("0.2:5", 0.2, 5, 0)]
    [InlineData("1:1:0.25", 1, 1, 0.25)]
    [InlineData("0:1000:3600", 0, 1000, 3600)]
    public void Text_is_read(string text, double share, double factor, double seconds) =>
        Assert.Equal(new ClientPace(share, factor, TimeSpan.FromSeconds(seconds)), ClientPace.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0.2")]
    [InlineData("1.1:5")]
    [InlineData("-0.1:5")]
    [InlineData("0.2:0.5")]
    [InlineData("0.2:5:-1")]
    [InlineData("0.2:5:3601")]
    [InlineData("0.2:NaN")]
    [InlineData("0,2:5")]
    [InlineData("0.2:5:1:1")]
    public void Anything_else_is_refused(string text) => Assert.Null(ClientPace.Parse(text));

    [Fact]
    public void Share_of_the_clients_is_slow_and_always_the_same_ones()
    {
        var (pace, clients) = (new ClientPace(0.2, 5, TimeSpan.Zero), Enumerable.Range(0, 20).Select(i => $"c{i}").ToArray());
        var slow = pace.Slow(7, clients);
        Assert.Equal(4, slow.Count);
        Assert.Equal(slow.Order(), pace.Slow(7, clients.Reverse()).Order());
        Assert.NotEqual(slow.Order(), pace.Slow(8, clients).Order());
    }

    [Theory]
    [InlineData(false, 0, 3, 0)]        // as long as it computes
    [InlineData(true, 0, 3, 12)]        // 5 * 3 - 3
    [InlineData(false, 2, 0.5, 1.5)]    // 2 - 0.5
    [InlineData(true, 2, 0.5, 9.5)]     // 5 * 2 - 0.5
    [InlineData(false, 2, 3, 0)]
    public void Slow_client_takes_so_many_times_longer(bool slow, double time, double computed, double wait) =>
        Assert.Equal(TimeSpan.FromSeconds(wait), new ClientPace(0.2, 5, TimeSpan.FromSeconds(time)).Wait(slow, TimeSpan.FromSeconds(computed)));
}
