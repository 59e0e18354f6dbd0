using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;
using Federated.Core.Privacy.Accounting.LossDistributions;

namespace Federated.Core.Tests.Privacy.Accounting;

public sealed class LossDistributionTests
{
    // TensorFlow Privacy, compute_dp_sgd_privacy_test.py, the PLD cases of ..._example_privacy (2 and 120 steps of noise 0.7) and of ..._statement_no_user_dp_with_pld (noise 1 after
    // microbatching); dp_accounting's grid rounds its own number up a little, as ours does.
    [Theory]
    [InlineData(1, 0.7, 2, 1e-5, 10.1224946, 2e-5)]
    [InlineData(0.01, 0.7, 120, 1e-5, 2.4612381, 2e-5)]
    [InlineData(1, 1, 5, 1e-6, 12.595, 5e-4)]
    [InlineData(0.0064, 1, 782, 1e-6, 1.199, 5e-4)]
    public void Poisson_sampling_has_the_published_epsilons(double rate, double noise, long steps, double delta, double expected, double digits) =>
        Assert.Equal(expected, Epsilon(new PoissonSampledEvent(rate, noise), steps, delta), digits);

    // dp_accounting, pld_privacy_accountant_test.py: test_self_composed_subsampled_gaussian, q = 0.2, σ = 0.5, three times: δ(1) = 0.15594.
    [Fact]
    public void Poisson_sampling_has_the_published_delta()
    {
        var ledger = PrivacyLedger.Empty.Add(new PoissonSampledEvent(0.2, 0.5), 3);
        Assert.Equal(0.15594, PrivacyAccountant.Delta(ledger, 1, AccountantKind.LossDistribution).Guarantee!.Delta, 1e-5);   // rounded up there
        Assert.Equal(1, PrivacyAccountant.Epsilon(ledger, 0.15594, AccountantKind.LossDistribution).Guarantee!.Epsilon, 1e-4);
    }

    // dp_accounting, pld/accountant_test.py: test_get_smallest_subsampled_gaussian_noise for (1, 1e-5); the second has sensitivity 6 and 25 queries.
    [Theory]
    [InlineData(0.01, 1, 0.67379294682)]
    [InlineData(0.001, 25, 3.20956502598 / 6)]
    public void Calibration_has_the_published_noise(double rate, long steps, double expected)
    {
        var noise = NoiseCalibration.NoiseMultiplier(z => PrivacyLedger.Empty.Add(new PoissonSampledEvent(rate, z), steps), 1, 1e-5, AccountantKind.LossDistribution);
        Assert.Equal(1, noise.NoiseMultiplier / expected, 2e-4);   // bisection stops within 1e-4, above
        Assert.Equal(1, Epsilon(new PoissonSampledEvent(rate, expected), steps, 1e-5), 1e-4);
    }

    [Theory]
    [InlineData(0.3, 1.2)]
    [InlineData(0.01, 0.6)]
    [InlineData(1, 0.9)]
    public void One_release_has_the_profile_of_its_densities_and_never_less(double rate, double sigma)
    {
        foreach (var direction in (LossDirection[])[LossDirection.Remove, LossDirection.Add])
        {
            var loss = ComposedLoss.Of([new(rate, sigma, 1)], direction);
            foreach (var epsilon in (double[])[0, 0.004321, 0.2, 1, 2.5])
            {
                var exact = Density.HockeyStick(rate, sigma, epsilon, direction == LossDirection.Remove);
                Assert.InRange(loss.Delta(epsilon), exact - 1e-9, exact + 1e-6);   // the step is 1e-3, and the error of the order of its square
            }
        }
    }

    [Fact]
    public void Two_releases_have_the_profile_of_their_joint_density()
    {
        var (remove, add) = (ComposedLoss.Of([new(0.25, 1, 1), new(0.1, 0.7, 1)], LossDirection.Remove), ComposedLoss.Of([new(0.25, 1, 1), new(0.1, 0.7, 1)], LossDirection.Add));
        foreach (var epsilon in (double[])[0.1, 0.7, 1.5])
        {
            Assert.Equal(JointHockeyStick(epsilon, remove: true), remove.Delta(epsilon), 2e-6);
            Assert.Equal(JointHockeyStick(epsilon, remove: false), add.Delta(epsilon), 2e-6);
        }
    }

    [Fact]
    public void Gaussians_in_succession_are_one_gaussian_also_by_convolution()
    {
        // 50 times σ = 5 and once σ = 1 is 1/σ² = 3.
        var loss = ComposedLoss.Of([new(1, 5, 50), new(1, 1, 1)], LossDirection.Remove);
        foreach (var delta in (double[])[1e-2, 1e-5, 1e-9])
            Assert.Equal(AnalyticGaussian.Epsilon(1 / Math.Sqrt(3), delta), loss.Epsilon(delta), 2e-4);
        foreach (var epsilon in (double[])[0.5, 3, 8])
            Assert.True(loss.Delta(epsilon) >= AnalyticGaussian.Delta(1 / Math.Sqrt(3), epsilon) - 1e-14);
    }

    // Zhu, Dong, Wang 2022: for ε of at least 0 one release's profile is that of the mixture (1-q) N(0) + q N(1) against N(0); z = 2 σ, since a replaced unit moves a sum by 2 C.
    [Theory]
    [InlineData(5, 20, 2.0)]
    [InlineData(30, 1000, 1.4)]
    public void One_sample_of_fixed_size_has_the_profile_of_its_dominating_pair(long sample, long population, double noise)
    {
        var ledger = PrivacyLedger.Empty.Add(new FixedSizeEvent(sample, population, noise));
        foreach (var epsilon in (double[])[0, 0.1, 0.5, 1.2])
        {
            var exact = Density.HockeyStick((double)sample / population, noise / 2, epsilon, remove: true);
            Assert.InRange(PrivacyAccountant.Delta(ledger, epsilon, AccountantKind.LossDistribution).Guarantee!.Delta, exact - 1e-9, exact + 1e-6);
        }
    }

    // Below 0 the profile is the mirror image, δ(-ε) = 1 - e^-ε + e^-ε δ(ε): swapping two neighbours changes nothing when one unit is replaced.
    [Fact]
    public void Replacing_one_looks_the_same_from_both_sides()
    {
        var loss = ComposedLoss.Of([new(0.2, 0.8, 1)], LossDirection.Replace);
        foreach (var epsilon in (double[])[0.05, 0.4, 1])
            Assert.Equal(1 - Math.Exp(-epsilon) + Math.Exp(-epsilon) * loss.Delta(epsilon), loss.Delta(-epsilon), 1e-7);
    }

    [Fact]
    public void Samples_of_fixed_size_lie_between_the_plain_mixture_and_the_renyi_bound()
    {
        var ledger = PrivacyLedger.Empty.Add(new FixedSizeEvent(50, 1000, 3), 200);
        var epsilon = Epsilon(new FixedSizeEvent(50, 1000, 3), 200, 1e-5);
        // Others' contributions may all be zero: then the mixture against the Gaussian is the very release, 200 times.
        var lower = ComposedLoss.Of([new(0.05, 1.5, 200)], LossDirection.Remove).Epsilon(1e-5);
        Assert.InRange(epsilon, lower, PrivacyAccountant.Epsilon(ledger, 1e-5, AccountantKind.Renyi).Guarantee!.Epsilon);
        Assert.True(epsilon < 1.3 * lower);
    }

    [Fact]
    public void Loss_distributions_are_tighter_than_renyi_divergences()
    {
        foreach (var (rate, noise, steps) in (IEnumerable<(double, double, long)>)[(0.01, 1.1, 5000), (0.1, 2, 300), (0.5, 4, 100), (0.001, 0.6, 20000), (0.5, 0.05, 3)])
        {
            var (tight, loose) = (Epsilon(new PoissonSampledEvent(rate, noise), steps, 1e-6),
                PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(new PoissonSampledEvent(rate, noise), steps), 1e-6, AccountantKind.Renyi).Guarantee!.Epsilon);
            Assert.InRange(tight, 0.6 * loose, loose);
        }
    }

    [Fact]
    public void A_coarser_grid_only_looks_less_private()
    {
        foreach (var direction in (LossDirection[])[LossDirection.Remove, LossDirection.Add, LossDirection.Replace])
        {
            var (fine, coarse) = (GaussianLoss.On(0.2, 0.9, direction, 0.001), GaussianLoss.On(0.2, 0.9, direction, 0.05));
            Assert.Equal(1, fine.Masses.Sum(), 1e-12);
            // Points of both grids, where each has the exact profile, and points between those of the coarse one.
            foreach (var epsilon in (double[])[-0.1, 0, 0.3, 1]) Assert.Equal(HockeyStick(fine, epsilon), HockeyStick(coarse, epsilon), 1e-12);
            foreach (var epsilon in (double[])[-0.12, 0.02, 0.33, 1.01])
                Assert.InRange(HockeyStick(coarse, epsilon), HockeyStick(fine, epsilon), HockeyStick(fine, epsilon) + 0.002);
        }
    }

    [Theory]
    [InlineData(0.3, 0.004, 2_000.0)]
    [InlineData(1e-4, 0.004, 2_000.0)]
    [InlineData(1, 0.004, 2_000.0)]
    public void Losses_far_apart_on_a_grid_of_wide_steps_are_numbers_and_add_up(double rate, double sigma, double step)
    {
        foreach (var direction in (LossDirection[])[LossDirection.Remove, LossDirection.Add])
            Assert.Equal(1, GaussianLoss.On(rate, sigma, direction, step).Masses.Sum(), 1e-12);
    }

    private static double HockeyStick(LossGrid loss, double epsilon) =>
        loss.Infinity + Enumerable.Range(0, loss.Masses.Length).Sum(i => loss.Masses[i] * Math.Max(0, 1 - Math.Exp(epsilon - (loss.First + i) * loss.Step)));

    // By sums over the plane, of q 0.25 and σ 1 in one direction and q 0.1 and σ 0.7 in the other.
    private static double JointHockeyStick(double epsilon, bool remove)
    {
        var (first, second, sum) = (Axis(0.25, 1), Axis(0.1, 0.7), 0.0);
        foreach (var (mixture, plain) in first)
            foreach (var (otherMixture, otherPlain) in second)
                sum += remove ? Math.Max(0, mixture * otherMixture - Math.Exp(epsilon) * plain * otherPlain) : Math.Max(0, plain * otherPlain - Math.Exp(epsilon) * mixture * otherMixture);
        return sum;
    }

    private static (double Mixture, double Plain)[] Axis(double rate, double sigma)
    {
        var step = sigma / 120;
        return [.. Enumerable.Range(0, (int)((1 + 16 * sigma) / step)).Select(i => -8 * sigma + (i + 0.5) * step).Select(x => (Density.Mixture(x, rate, sigma) * step, Density.Normal(x, 0, sigma) * step))];
    }

    private static double Epsilon(PrivacyEvent release, long count, double delta) =>
        PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(release, count), delta, AccountantKind.LossDistribution).Guarantee!.Epsilon;
}
