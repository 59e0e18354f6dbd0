using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;

namespace Federated.Core.Tests.Privacy.Accounting;

public sealed class PrivacyLedgerTests
{
    private static readonly PrivacyLedger All = PrivacyLedger.Empty
        .Add(new GaussianEvent(0.1 + 0.2), 3).Add(new GaussianEvent(2, Adjacency.ReplaceOne)).Add(new PoissonSampledEvent(1.0 / 3, 1.1), 200).Add(new FixedSizeEvent(7, 1L << 40, 4), 5)
        .Add(new TreeEvent(1.5, 100, 3, 20)).Add(new DiscreteGaussianSumEvent(4, 4.25, 2, 4, 1000)).Add(new SkellamEvent(1e300, 2, 4), PrivacyLedger.MaxCount);

    [Fact]
    public void The_same_event_again_raises_its_count()
    {
        var ledger = PrivacyLedger.Empty.Add(new PoissonSampledEvent(0.1, 1)).Add(new GaussianEvent(2)).Add(new PoissonSampledEvent(0.1, 1), 4);
        Assert.Equal<LedgerEntry>([new(new PoissonSampledEvent(0.1, 1), 5), new(new GaussianEvent(2), 1)], ledger.Entries);
        Assert.Equal(ledger, ledger.Add(new GaussianEvent(3), 0));
    }

    [Fact]
    public void Runs_on_the_same_clients_add_up()
    {
        var (first, second) = (PrivacyLedger.Empty.Add(new PoissonSampledEvent(0.1, 1), 10), PrivacyLedger.Empty.Add(new PoissonSampledEvent(0.1, 1), 30).Add(new GaussianEvent(9)));
        Assert.Equal(PrivacyLedger.Empty.Add(new PoissonSampledEvent(0.1, 1), 40).Add(new GaussianEvent(9)), first.Join(second));
        // Reckoned at once or by parts, the loss is the same.
        Assert.Equal(PrivacyAccountant.Epsilon(first.Join(second), 1e-6, AccountantKind.Renyi).Guarantee!.Epsilon, PrivacyAccountant.Epsilon(second.Join(first), 1e-6, AccountantKind.Renyi).Guarantee!.Epsilon, 1e-12);
    }

    [Fact]
    public void Counts_do_not_overflow() => Assert.Throws<ArgumentOutOfRangeException>(() => All.Add(new SkellamEvent(1e300, 2, 4)));

    [Fact]
    public void Text_brings_every_event_back_to_the_bit()
    {
        var read = LedgerText.Read(LedgerText.Write(All));
        Assert.True(read.Ok, read.Error);
        Assert.Equal(All, read.Ledger);
        Assert.Equal(All.GetHashCode(), read.Ledger.GetHashCode());
        Assert.Equal("[]", LedgerText.Write(PrivacyLedger.Empty));
    }

    [Fact]
    public void The_text_is_as_documented() =>
        Assert.Equal("""[{"event":"poisson","count":200,"rate":0.01,"noise":1.1}]""", LedgerText.Write(PrivacyLedger.Empty.Add(new PoissonSampledEvent(0.01, 1.1), 200)));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{}]")]
    [InlineData("[[[[[[]]]]]]")]
    [InlineData("""[{"event":"laplace","count":1}]""")]
    [InlineData("""[{"event":"gaussian","count":0,"noise":1,"replace":false}]""")]
    [InlineData("""[{"event":"gaussian","count":1.5,"noise":1,"replace":false}]""")]
    [InlineData("""[{"event":"gaussian","count":1,"noise":-1,"replace":false}]""")]
    [InlineData("""[{"event":"gaussian","count":1,"noise":"1","replace":false}]""")]
    [InlineData("""[{"event":"gaussian","count":1,"noise":1e999,"replace":false}]""")]
    [InlineData("""[{"event":"poisson","count":9007199254740993,"rate":0.1,"noise":1}]""")]
    [InlineData("""[{"event":"fixed-size","count":1,"sample":5,"population":4,"noise":1}]""")]
    [InlineData("""[{"event":7,"count":1}]""")]
    public void Text_that_is_no_ledger_is_refused(string text)
    {
        var read = LedgerText.Read(text);
        Assert.False(read.Ok);
        Assert.NotEmpty(read.Error);
    }

    [Fact]
    public void Text_without_end_is_refused() => Assert.Contains("longer", LedgerText.Read(new string(' ', (1 << 20) + 1)).Error, StringComparison.Ordinal);
}
