using Federated.Core.Jobs;

namespace Federated.Core.Tests.Jobs;

public sealed class NearestNameTests
{
    private static readonly string[] Known = ["rounds", "cohort", "algorithm", "batch_size", "learning_rate", "sgd", "adam", "adamw"];

    [Theory]
    [InlineData("ruonds", "rounds")]          // neighbours swapped
    [InlineData("round", "rounds")]           // one letter short
    [InlineData("Learning-Rate", "learning_rate")]
    [InlineData("learningrate", "learning_rate")]
    [InlineData("batch", "batch_size")]       // begun and not ended
    [InlineData("adm", "adam")]
    [InlineData("algoritm", "algorithm")]
    public void A_slip_finds_its_name(string written, string name) => Assert.Equal(name, NearestName.Of(written, Known));

    [Theory]
    [InlineData("momentum")]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("---")]
    public void What_resembles_nothing_finds_nothing(string written) => Assert.Null(NearestName.Of(written, Known));

    [Fact]
    public void A_very_long_name_finds_nothing_at_once() => Assert.Null(NearestName.Of(new string('r', 1_000_000), Known));
}
