using Federated.Cli.Terminal;

namespace Federated.Cli.Tests.Terminal;

public sealed class FormatTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1_000, "1.0 kB")]
    [InlineData(999_949, "999.9 kB")]
    [InlineData(999_950, "1.0 MB")]
    [InlineData(12_345_678, "12.3 MB")]
    [InlineData(ulong.MaxValue, "18446.7 PB")]
    public void Bytes_are_shown_in_decimal_units(ulong bytes, string expected) => Assert.Equal(expected, Format.Bytes(bytes));

    [Theory]
    [InlineData(7, "0:07")]
    [InlineData(754.9, "12:34")]
    [InlineData(3723, "1:02:03")]
    [InlineData(360_000, "100:00:00")]
    public void Clock_shows_hours_only_where_there_are_some(double seconds, string expected) => Assert.Equal(expected, Format.Clock(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Measure_without_a_value_is_a_dash() => Assert.Equal("-", Format.Measure(null));

    [Theory]
    [InlineData("")]
    [InlineData("0", 0u)]
    [InlineData("0-1", 0u, 1u)]
    [InlineData("0, 5, 8-10, 12", 0u, 5u, 8u, 9u, 10u, 12u)]
    public void Rounds_in_a_row_are_one_range(string expected, params uint[] rounds) => Assert.Equal(expected, Format.Rounds(rounds));

    [Theory]
    [InlineData("runs/digits-1", "runs/digits-1")]
    [InlineData("my runs", "'my runs'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("a;b", "'a;b'")]
    public void Argument_is_quoted_where_a_shell_would_take_it_apart(string text, string expected)
    {
        if (OperatingSystem.IsWindows()) expected = expected.StartsWith('\'') ? $"\"{text}\"" : expected;
        Assert.Equal(expected, Format.Argument(text));
    }
}
