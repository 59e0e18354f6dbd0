using Federated.Core.Jobs.Describing;

namespace Federated.Core.Tests.Jobs;

public sealed class DurationTests
{
    [Theory]
    [InlineData("1d2h3m4s5ms", 93_784_005)]
    [InlineData("90s", 90_000)]
    [InlineData("0s", 0)]
    [InlineData("0001m", 60_000)]
    [InlineData("100m", 6_000_000)]
    public void A_duration_is_the_sum_of_its_parts(string text, long milliseconds) => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Duration.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("60")]
    [InlineData("s")]
    [InlineData("1.5h")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("1S")]
    [InlineData("5m1h")]
    [InlineData("1s1s")]
    [InlineData("1s2")]
    [InlineData("1min")]
    [InlineData("9999999999999s")]
    public void What_is_no_duration_is_refused(string text) => Assert.Null(Duration.Parse(text));

    [Fact]
    public void A_duration_beyond_what_fits_is_the_longest() => Assert.Equal(TimeSpan.MaxValue, Duration.Parse("999999999999d"));

    [Fact]
    public void A_written_duration_reads_back()
    {
        var random = new Random(5);
        for (var i = 0; i < 1000; i++)
        {
            var duration = TimeSpan.FromMilliseconds(random.NextInt64(0, 10_000_000_000L >> random.Next(30)));
            Assert.Equal(duration, Duration.Parse(Duration.Format(duration)));
        }
        Assert.Equal(("1h30m", "250ms", "7d"), (Duration.Format(TimeSpan.FromMinutes(90)), Duration.Format(TimeSpan.FromMilliseconds(250)), Duration.Format(TimeSpan.FromDays(7))));
    }
}
