using System.Collections.Immutable;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;
using Federated.Core.Privacy.Accounting.Renyi;

namespace Federated.Core.Tests.Privacy.Accounting;

/// <summary>Figures of papers and of other software that were reckoned a little differently: by an older conversion from divergences, or as an estimate with an error that is known.</summary>
public sealed class PublishedEpsilonsTests
{
    // Abadi et al. 2016, section 3.2: q = 0.01, σ = 4, δ = 1e-5 and 10,000 steps come to ε = 1.26 by moments λ up to 32, which are the orders λ + 1.
    [Fact]
    public void Moments_accountant_has_the_epsilon_of_its_paper() =>
        Assert.Equal(1.26, Mironov(new PoissonSampledEvent(0.01, 4), 10_000, 1e-5, [.. Whole(2, 33)]), 5e-3);

    // TensorFlow Privacy: the table of tutorials/README.md (MNIST, whole batches of 256 of 60,000), at the orders of the tutorials. Its third row, noise 0.6 and 30 epochs, says 9.74, which is 9.747 here: how many steps that was
    // it does not say.
    [Theory]
    [InlineData(1.12, 60, 2.92)]
    [InlineData(1.2, 10, 1.20)]
    public void Poisson_sampling_has_the_epsilons_of_the_tutorials(double noise, int epochs, double expected) =>
        Assert.Equal(expected, Mironov(new PoissonSampledEvent(256.0 / 60_000, noise), epochs * (60_000 / 256), 1e-5, [.. Enumerable.Range(11, 99).Select(tenths => tenths / 10.0), .. Whole(12, 63)]), 5e-3);

    // TensorFlow Privacy, compute_noise_from_budget_test.py: the noise that is looked for there has these epsilons, at the orders of compute_dp_sgd_privacy_lib.py.
    [Theory]
    [InlineData(150.0 / 60_000, 1.3, 6_000, 1e-5, 0.941870567)]
    [InlineData(0.001, 1.0, 30_000, 1e-7, 1.70928734)]
    public void Poisson_sampling_has_the_epsilons_that_noise_was_looked_for(double rate, double noise, long steps, double delta, double expected) =>
        Assert.Equal(expected, Mironov(new PoissonSampledEvent(rate, noise), steps, delta, [1.25, 1.5, 1.75, 2, 2.25, 2.5, 3, 3.5, 4, 4.5, .. Whole(5, 63), 128, 256, 512]), 1e-7);

    // TensorFlow Privacy, rdp_accountant_test.py: test_check_composition, whose value by the older conversion is 8.509656 at order 2.5.
    [Fact]
    public void Different_releases_together_have_the_published_epsilon() => Assert.Equal(8.509656, Mironov(
        PrivacyLedger.Empty.Add(new PoissonSampledEvent(1e-4, 0.4), 40_000).Add(new PoissonSampledEvent(0.1, 2), 100), 1e-5,
        [1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 64, 256]), 1e-5);

    // Opacus, prv_accountant.py, which has them from Microsoft's prv_accountant: what is given is its estimate at δ (1 - 1/1000) plus 0.01, which it shows to be an upper bound. The estimate is known to be within 0.01; it is
    // within 0.0004 of ours, and a relative 3e-6.
    [Theory]
    [InlineData(1.5, 0.001, 100, 0.03936941930952)]
    [InlineData(3.0, 0.001, 100, 0.02152009343909)]
    [InlineData(3.0, 0.05, 100, 0.76793378966682)]
    [InlineData(3.0, 0.2, 100, 3.38122051022184)]
    [InlineData(3.0, 0.001, 1_000, 0.04761593087126)]
    [InlineData(2.0, 0.05, 1_000, 4.17279986668931)]
    [InlineData(0.8, 0.001, 20_000, 1.29600925757016)]
    [InlineData(3.0, 0.05, 20_000, 13.9611146992367)]
    [InlineData(1.5, 0.001, 50_000, 0.70421838455581)]
    [InlineData(0.8, 0.001, 100_000, 2.92462211935041)]
    [InlineData(3.0, 0.001, 100_000, 0.44367172088087)]
    public void Poisson_sampling_has_the_published_numerical_epsilons(double noise, double rate, long steps, double published)
    {
        var epsilon = Losses(new PoissonSampledEvent(rate, noise), steps, 1e-6 * (1 - 1e-3));
        Assert.Equal(published - 0.01, epsilon, 4e-4 + 3e-6 * published);
        Assert.True(Losses(new PoissonSampledEvent(rate, noise), steps, 1e-6) <= published);
    }

    // Koskela, Jälkö, Honkela: PLD-Accountant, test_compute_eps.py and test_compute_delta.py, removing or adding one, 1e6 points. Those are estimates; ours are rounded up.
    [Theory]
    [InlineData(2.0, 10_000, 1e-6, 2.446734047)]
    [InlineData(2.0, 100_000, 1e-6, 8.984848512)]
    [InlineData(2.0, 10_000, 1e-5, 2.162704603)]
    [InlineData(1.0, 10_000, 1e-6, 6.907422808)]
    public void Poisson_sampling_has_the_epsilons_of_the_fourier_accountant(double noise, long steps, double delta, double expected) =>
        Assert.Equal(1, Losses(new PoissonSampledEvent(0.01, noise), steps, delta) / expected, 5e-5);

    // The same with one replaced, where each takes part independently: if it is not drawn, neighbours are alike, and otherwise they are one clipping bound to either side. Samples of fixed size of which the others add nothing
    // are just that, so no bound for them can be below.
    [Theory]
    [InlineData(10, 2.0, 10_000, 1e-6, 4.907397769)]
    [InlineData(10, 2.0, 10_000, 1e-5, 4.396030629)]
    [InlineData(5, 2.0, 10_000, 1e-6, 2.265286665)]
    public void Samples_of_fixed_size_are_bounded_from_below_by_the_fourier_accountant(long sample, double noise, long steps, double delta, double lower)
    {
        var losses = Losses(new FixedSizeEvent(sample, 1000, noise), steps, delta);
        Assert.InRange(losses, lower, 2 * lower);
        Assert.InRange(losses, lower, PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(new FixedSizeEvent(sample, 1000, noise), steps), delta, AccountantKind.Renyi).Guarantee!.Epsilon);
    }

    private static IEnumerable<double> Whole(int from, int to) => Enumerable.Range(from, to - from + 1).Select(order => (double)order);

    private static double Mironov(PoissonSampledEvent release, long count, double delta, ImmutableArray<double> orders) => Mironov(PrivacyLedger.Empty.Add(release, count), delta, orders);

    // Mironov 2017, Proposition 3: ρ(α) + log(1/δ) / (α - 1), the conversion of Abadi et al. and of software until 2020.
    private static double Mironov(PrivacyLedger ledger, double delta, ImmutableArray<double> orders) =>
        RenyiAccountant.Divergences(ledger, orders).Zip(orders, (divergence, order) => divergence - Math.Log(delta) / (order - 1)).Min();

    private static double Losses(PrivacyEvent release, long count, double delta) =>
        PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(release, count), delta, AccountantKind.LossDistribution).Guarantee!.Epsilon;
}
