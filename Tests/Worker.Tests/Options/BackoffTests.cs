using Federated.Worker.Options;

namespace Federated.Worker.Tests.Options;

public sealed class BackoffTests
{
    private static readonly Backoff Backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 8)]
    [InlineData(5, 10)]
    [InlineData(int.MaxValue, 10)]
    public void Delay_doubles_up_to_the_cap(int failures, double seconds) => Assert.Equal(seconds, Backoff.Delay(failures, 0.5).TotalSeconds, 9);

    [Theory]
    [InlineData(0, 0.8)]
    [InlineData(0.5, 1.0)]
    [InlineData(1, 1.2)]
    public void Delay_is_spread_by_a_fifth(double jitter, double seconds) => Assert.Equal(seconds, Backoff.Delay(1, jitter).TotalSeconds, 9);

    [Fact]
    public void Default_jitter_is_uniform_in_zero_to_one()
    {
        var jitter = new WorkerTimings().Jitter;

        var draws = Enumerable.Range(0, 1000).Select(_ => jitter()).ToArray();

        Assert.All(draws, draw => Assert.InRange(draw, 0, 1 - 1e-9));
        // Six standard deviations of a mean of 1000 uniform draws are 0.055.
        Assert.InRange(draws.Average(), 0.445, 0.555);
    }
}
