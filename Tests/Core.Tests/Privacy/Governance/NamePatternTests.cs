using Federated.Core.Privacy.Governance;

namespace Federated.Core.Tests.Privacy.Governance;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("fedavg", "fedavg", true)]
    [InlineData("fedavg", "FedAvg", false)]
    [InlineData("fed*", "fedavg", true)]
    [InlineData("fed*", "fed", true)]
    [InlineData("*", "", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("*.csv", "sites/patients.csv", true)]
    [InlineData("*.csv", "sites/patients.csv.bak", false)]
    [InlineData("a*b*c", "axxbyyc", true)]
    [InlineData("a*b*c", "axxcyyb", false)]
    [InlineData("a*ab", "aaab", true)]   // the star gives back what it took
    [InlineData("10.0.0.*", "10.0.01", false)]
    public void Star_stands_for_any_characters_and_everything_else_for_itself(string pattern, string text, bool matches) =>
        Assert.Equal(matches, NamePattern.Matches(pattern, text));

    [Fact]
    public void Case_counts_unless_asked_otherwise() =>
        Assert.True(NamePattern.Matches("Coordinator.*", "coordinator.EXAMPLE", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void Many_stars_take_no_exponential_time() =>
        Assert.False(NamePattern.Matches(string.Concat(Enumerable.Repeat("a*", 200)) + "b", new string('a', 5000)));
}
