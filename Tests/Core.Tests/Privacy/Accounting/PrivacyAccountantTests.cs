using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;

namespace Federated.Core.Tests.Privacy.Accounting;

public sealed class PrivacyAccountantTests
{
    public static TheoryData<AccountantKind> Kinds => new() { AccountantKind.Renyi, AccountantKind.LossDistribution };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nothing_released_reveals_nothing(AccountantKind kind)
    {
        foreach (var ledger in (PrivacyLedger[])[PrivacyLedger.Empty, PrivacyLedger.Empty.Add(new PoissonSampledEvent(0, 0), 7), PrivacyLedger.Empty.Add(new FixedSizeEvent(0, 9, 1))])
        {
            Assert.Equal(0, PrivacyAccountant.Epsilon(ledger, 1e-6, kind).Guarantee!.Epsilon);
            Assert.Equal(0, PrivacyAccountant.Delta(ledger, 0.5, kind).Guarantee!.Delta);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_noise_is_an_infinite_epsilon_and_says_so(AccountantKind kind)
    {
        foreach (var release in (PrivacyEvent[])[new GaussianEvent(0), new PoissonSampledEvent(0.1, 0), new PoissonSampledEvent(1, 0), new FixedSizeEvent(2, 9, 0), new TreeEvent(0, 4)])
        {
            var ledger = PrivacyLedger.Empty.Add(release);
            Assert.Equal(double.PositiveInfinity, PrivacyAccountant.Epsilon(ledger, 1e-6, kind).Guarantee!.Epsilon);
            Assert.Equal(double.PositiveInfinity, PrivacyAccountant.Delta(ledger, 1, kind).Guarantee!.Epsilon);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Different_adjacencies_are_refused_together(AccountantKind kind)
    {
        var claim = PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(new PoissonSampledEvent(0.1, 1)).Add(new FixedSizeEvent(1, 10, 1)), 1e-6, kind);
        Assert.False(claim.Ok);
        Assert.Contains("neighbours differ", claim.Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_adjacency_is_part_of_the_guarantee(AccountantKind kind)
    {
        Assert.Equal(Adjacency.AddOrRemoveOne, PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(new GaussianEvent(2)), 1e-6, kind).Guarantee!.Adjacency);
        var replaced = PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(new GaussianEvent(2, Adjacency.ReplaceOne)), 1e-6, kind).Guarantee!;
        Assert.Equal(Adjacency.ReplaceOne, replaced.Adjacency);
        // 2 C of sensitivity is half the noise.
        Assert.Equal(PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(new GaussianEvent(1)), 1e-6, kind).Guarantee!.Epsilon, replaced.Epsilon, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_sample_of_everybody_is_no_sample(AccountantKind kind)
    {
        Assert.Equal(Epsilon(new GaussianEvent(1.5), kind), Epsilon(new PoissonSampledEvent(1, 1.5), kind));
        Assert.Equal(Epsilon(new GaussianEvent(1.5, Adjacency.ReplaceOne), kind), Epsilon(new FixedSizeEvent(7, 7, 1.5), kind));
    }

    // With one participation a tree is a Gaussian whose sensitivity is √levels: 5 leaves have nodes of 1, 2 and 4.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_tree_is_a_gaussian_of_as_many_releases_as_levels(AccountantKind kind)
    {
        var (tree, levels) = (PrivacyLedger.Empty.Add(new TreeEvent(2, 5), 4), PrivacyLedger.Empty.Add(new GaussianEvent(2), 12));
        Assert.Equal(PrivacyAccountant.Epsilon(levels, 1e-6, kind).Guarantee!.Epsilon, PrivacyAccountant.Epsilon(tree, 1e-6, kind).Guarantee!.Epsilon, 1e-9);
    }

    [Fact]
    public void Loss_distributions_refuse_what_they_do_not_know()
    {
        foreach (var release in (PrivacyEvent[])[new SkellamEvent(8, 2, 4), new DiscreteGaussianSumEvent(4, 4, 2, 4, 100)])
        {
            var claim = PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(release), 1e-6, AccountantKind.LossDistribution);
            Assert.Contains("use the renyi accountant", claim.Refusal, StringComparison.Ordinal);
            Assert.True(PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(release), 1e-6, AccountantKind.Renyi).Ok);
        }
        Assert.Contains("say nothing of a delta below 1e-12", PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(new GaussianEvent(1)), 1e-13, AccountantKind.LossDistribution).Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1e-5)]
    [InlineData(double.NaN)]
    public void A_delta_that_is_no_probability_is_refused(double delta) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyAccountant.Epsilon(PrivacyLedger.Empty, delta, AccountantKind.Renyi));

    [Fact]
    public void Events_outside_their_ranges_are_not_made()
    {
        Action[] wrong =
        [
            () => _ = new GaussianEvent(-1), () => _ = new GaussianEvent(double.NaN), () => _ = new PoissonSampledEvent(1.01, 1), () => _ = new PoissonSampledEvent(double.NaN, 1),
            () => _ = new FixedSizeEvent(11, 10, 1), () => _ = new FixedSizeEvent(1, 0, 1), () => _ = new TreeEvent(1, 0), () => _ = new TreeEvent(1, 4, 2, 4),
            () => _ = new DiscreteGaussianSumEvent(2, 0.2, 1, 1, 1), () => _ = new DiscreteGaussianSumEvent(2, 1, 2, 1, 1), () => _ = new SkellamEvent(double.PositiveInfinity, 1, 1),
        ];
        Assert.All(wrong, action => Assert.Throws<ArgumentOutOfRangeException>(action));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void More_rounds_reveal_more(AccountantKind kind)
    {
        var last = 0.0;
        foreach (var rounds in (long[])[1, 10, 100, 1000])
        {
            var epsilon = PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(new PoissonSampledEvent(0.02, 1.2), rounds), 1e-6, kind).Guarantee!.Epsilon;
            Assert.True(epsilon > last);
            last = epsilon;
        }
    }

    private static double Epsilon(PrivacyEvent release, AccountantKind kind) => PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(release, 3), 1e-6, kind).Guarantee!.Epsilon;
}
