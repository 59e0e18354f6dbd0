using System.Collections.Immutable;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;
using Federated.Core.Privacy.Accounting.Renyi;

namespace Federated.Core.Tests.Privacy.Accounting;

public sealed class RenyiAccountantTests
{
    // TensorFlow Privacy, rdp_accountant_test.py: test_compute_rdp_sequence (q 0.01, σ 2.5, 50 steps), with its tolerance, and test_compute_rdp_scalar (q 0.1, σ 2, 10 steps). Google's dp_accounting,
    // rdp_privacy_accountant_test.py, has more digits of the same but for order 1.5: there it gives 6.70579741e-4 now, since it adds the terms of the alternating series up without their signs, which is an upper bound of the
    // divergence. What is published here is the divergence itself, as sums over the density below show.
    [Theory]
    [InlineData(0.01, 2.5, 50, 1.5, 6.5007e-04)]
    [InlineData(0.01, 2.5, 50, 2.5, 1.08548710e-03)]
    [InlineData(0.01, 2.5, 50, 5, 2.18075656e-03)]
    [InlineData(0.01, 2.5, 50, 50, 2.38460375e-02)]
    [InlineData(0.01, 2.5, 50, 100, 1.67416308e+02)]
    [InlineData(0.1, 2, 10, 5, 0.07737)]
    public void Poisson_sampling_has_the_published_divergences(double rate, double sigma, long steps, double order, double expected) =>
        Assert.Equal(1, Divergence(new PoissonSampledEvent(rate, sigma), steps, order) / expected, 1e-4);

    // The same file, test_compute_rdp_sequence_without_replacement (q 0.01, σ 2.5, 50 steps), with its tolerance, after Wang, Balle, Kasiviswanathan. Its σ is that of sensitivity 1, which is ours of twice the clipping bound.
    // Up to order 256 it is the theorem's stronger form, above it the other one.
    [Theory]
    [InlineData(1.001, 3.4701e-3)]
    [InlineData(1.5, 3.4701e-3)]
    [InlineData(2.5, 4.6386e-3)]
    [InlineData(5, 8.7634e-3)]
    [InlineData(50, 9.8474e-2)]
    [InlineData(100, 1.6776e2)]
    [InlineData(256, 7.9297e2)]
    [InlineData(512, 1.8174e3)]
    [InlineData(1024, 3.8656e3)]
    public void Samples_of_fixed_size_have_the_published_divergences(double order, double expected) =>
        Assert.Equal(1, Divergence(new FixedSizeEvent(10, 1000, 5), 50, order) / expected, 1e-4);

    // The cases of dp_accounting's test_compute_log_a_equals_mp, against sums over the density.
    [Theory]
    [InlineData(1e-7, 0.1, 1.01)]
    [InlineData(1e-6, 0.1, 256)]
    [InlineData(1e-5, 0.1, 256.1)]
    [InlineData(1e-6, 1, 27)]
    [InlineData(1e-4, 1, 1.5)]
    [InlineData(1e-3, 1, 2)]
    [InlineData(0.01, 10, 20)]
    [InlineData(0.1, 100, 20.5)]
    [InlineData(0.99, 0.1, 256)]
    [InlineData(0.999, 100, 256.1)]
    [InlineData(0.3, 0.8, 1.1)]
    [InlineData(0.5, 3, 10.9)]
    public void Poisson_sampling_has_the_divergences_of_the_density(double rate, double sigma, double order)
    {
        var expected = Density.LogMoment(rate, sigma, order);
        Assert.Equal(expected, GaussianRenyi.Sampled(rate, sigma, order) * (order - 1), 1e-7 * Math.Abs(expected) + 1e-9);
    }

    [Theory]
    [InlineData(0.02, 1.5, 2)]
    [InlineData(0.02, 1.5, 7)]
    [InlineData(0.2, 4, 32)]
    public void Samples_of_fixed_size_are_no_better_than_the_lower_bound_and_no_worse_than_twice_it(double rate, double sigma, double order)
    {
        // With neighbours whose other members contribute nothing, the release is exactly the mixture against the plain Gaussian: a lower bound of any valid number.
        var lower = Density.LogMoment(rate, sigma, order) / (order - 1);
        Assert.InRange(new FixedSizeRenyi(rate, sigma).Divergence(order), lower, 5 * lower);   // the theorem's factor of 4 at most
    }

    // test_compute_epsilon_delta_pure_dp: "by hand" there, constant divergence 1.1 at orders 2 to 32.
    [Fact]
    public void A_constant_divergence_converts_as_published()
    {
        ImmutableArray<double> orders = [.. Enumerable.Range(2, 31).Select(order => (double)order)];
        var divergences = orders.Select(_ => 1.1).ToArray();
        var (epsilon, order) = RenyiAccountant.Epsilon(orders, divergences, 1e-5);
        Assert.Equal(1.32783806176, epsilon, 1e-10);
        Assert.Equal(32, order);
        Assert.Equal(1e-5, RenyiAccountant.Delta(orders, divergences, 1.32783806176).Delta, 1e-14);
    }

    // test_compute_epsilon_delta_gaussian: σ chosen there so that a fine list of orders gives exactly (1, 1e-6).
    [Fact]
    public void A_gaussian_converts_as_published()
    {
        ImmutableArray<double> orders = [.. Enumerable.Range(1100, 98900).Select(order => order / 1000.0)];
        var divergences = RenyiAccountant.Divergences(PrivacyLedger.Empty.Add(new GaussianEvent(4.530877117)), orders);
        Assert.Equal(1, RenyiAccountant.Epsilon(orders, divergences, 1e-6).Epsilon, 1e-7);
        Assert.Equal(1e-6, RenyiAccountant.Delta(orders, divergences, 1).Delta, 1e-12);
    }

    // TensorFlow Privacy, compute_dp_sgd_privacy_test.py: test_compute_dp_sgd_privacy (first two), ..._example_privacy (next two), ..._statement_no_user_dp_with_rdp (noise 2 with
    // microbatching, which there is noise 1; last two); Opacus, accountants_test.py: test_rdp_accountant (the one with 2250 steps).
    [Theory]
    [InlineData(150.0 / 60000, 1.3, 6000, 1e-5, 0.7242234026109595, 1e-9)]
    [InlineData(0.001, 1.0, 30000, 1e-7, 1.4154988495444842, 1e-9)]
    [InlineData(1, 0.7, 2, 1e-5, 10.8602036, 1e-7)]
    [InlineData(0.01, 0.7, 120, 1e-5, 3.2392676, 1e-4)]   // best at a fractional order: see order 1.5 above
    [InlineData(0.04, 1.5, 2250, 1e-5, 7.32911117143, 1e-9)]
    [InlineData(1, 1, 5, 1e-6, 13.376, 5e-4)]
    [InlineData(0.0064, 1, 782, 1e-6, 1.616, 5e-4)]
    public void Poisson_sampling_has_the_published_epsilons(double rate, double noise, long steps, double delta, double expected, double digits) =>
        Assert.Equal(expected, Epsilon(new PoissonSampledEvent(rate, noise), steps, delta), digits);

    // The same file's third case has little noise, and order 1.25 was best of the list there.
    [Fact]
    public void Almost_no_noise_has_the_published_epsilon()
    {
        ImmutableArray<double> orders = [1.25];
        var ledger = PrivacyLedger.Empty.Add(new PoissonSampledEvent(1024.0 / 100000000, 0.1), 976563);
        Assert.Equal(1, RenyiAccountant.Epsilon(orders, RenyiAccountant.Divergences(ledger, orders), 1e-7).Epsilon / 5907982.3113978775, 1e-7);
    }

    // Kairouz et al. 2021, StackOverflow: 1600 rounds, noise 1.13 gave 19.74 and 8.83 gave 2.04 with the conversion of that time; dp_accounting's test_compute_eps_tree asks for less
    // than that. The divergence is 11 α / (2 z²): 1600 leaves are below 11 levels.
    [Theory]
    [InlineData(1.13, 19.74)]
    [InlineData(8.83, 2.04)]
    public void A_tree_is_at_least_as_private_as_published(double noise, double published)
    {
        var tree = new TreeEvent(noise, 1600);
        Assert.Equal(11 * 3 / (2 * noise * noise), Divergence(tree, 1, 3), 1e-12);
        Assert.InRange(Epsilon(tree, 1, 1e-6), 0.85 * published, published);
    }

    [Fact]
    public void Divergences_of_independent_releases_add_up()
    {
        var (first, second) = (new GaussianEvent(3.14159), new PoissonSampledEvent(0.1, 1.61803));
        ImmutableArray<double> orders = [2.71828, 8];
        var together = RenyiAccountant.Divergences(PrivacyLedger.Empty.Add(first, 6).Add(second, 2), orders);
        for (var i = 0; i < orders.Length; i++) Assert.Equal(6 * Divergence(first, 1, orders[i]) + 2 * Divergence(second, 1, orders[i]), together[i], 1e-12);
    }

    [Fact]
    public void Epsilon_and_delta_are_inverse_to_each_other()
    {
        foreach (var rate in (double[])[0.01, 0.1, 0.8, 1])
            foreach (var noise in (double[])[0.3, 1, 3, 30])
                foreach (var delta in (double[])[0.1, 1e-3, 1e-5, 1e-9])
                {
                    var ledger = PrivacyLedger.Empty.Add(new PoissonSampledEvent(rate, noise));
                    var epsilon = PrivacyAccountant.Epsilon(ledger, delta, AccountantKind.Renyi).Guarantee!.Epsilon;
                    var back = PrivacyAccountant.Delta(ledger, epsilon, AccountantKind.Renyi).Guarantee!.Delta;
                    if (epsilon == 0) Assert.True(back <= delta);
                    else Assert.Equal(1, back / delta, 1e-9);
                }
    }

    [Fact]
    public void The_bound_is_above_the_exact_gaussian_and_near_it()
    {
        foreach (var noise in (double[])[0.6, 1, 5])
            foreach (var delta in (double[])[1e-3, 1e-5, 1e-8])
            {
                var exact = AnalyticGaussian.Epsilon(noise, delta);
                Assert.InRange(Epsilon(new GaussianEvent(noise), 1, delta), exact, 1.2 * exact);
            }
    }

    private static double Divergence(PrivacyEvent release, long count, double order) =>
        RenyiAccountant.Divergences(PrivacyLedger.Empty.Add(release, count), [order])[0];

    private static double Epsilon(PrivacyEvent release, long count, double delta) =>
        PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(release, count), delta, AccountantKind.Renyi).Guarantee!.Epsilon;
}
