using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;

namespace Federated.Core.Tests.Privacy.Accounting;

public sealed class NoiseCalibrationTests
{
    // Opacus, accountants_test.py: 90 epochs at 0.04 for (8, 1e-5) need 1.416, 2000 steps 1.3562; its search stops within 0.01 of epsilon, which is 0.002 of noise.
    [Theory]
    [InlineData(2250, 1.416)]
    [InlineData(2000, 1.3562)]
    public void Noise_has_the_published_values(long steps, double expected) =>
        Assert.Equal(expected, NoiseCalibration.NoiseMultiplier(z => PrivacyLedger.Empty.Add(new PoissonSampledEvent(0.04, z), steps), 8, 1e-5, AccountantKind.Renyi).NoiseMultiplier, 2e-3);

    [Theory]
    [InlineData(0.1, 100, 0.5, AccountantKind.Renyi)]
    [InlineData(0.01, 2000, 3, AccountantKind.Renyi)]
    [InlineData(1, 30, 20, AccountantKind.Renyi)]
    [InlineData(0.001, 500, 80, AccountantKind.Renyi)]
    [InlineData(0.1, 100, 0.5, AccountantKind.LossDistribution)]
    [InlineData(0.01, 2000, 3, AccountantKind.LossDistribution)]
    [InlineData(1, 30, 20, AccountantKind.LossDistribution)]
    public void Calibration_inverts_accounting_within_one_percent(double rate, long steps, double epsilon, AccountantKind kind)
    {
        PrivacyLedger Plan(double z) => PrivacyLedger.Empty.Add(new PoissonSampledEvent(rate, z), steps);
        var noise = NoiseCalibration.NoiseMultiplier(Plan, epsilon, 1e-6, kind);
        Assert.True(noise.Ok);
        Assert.InRange(noise.Guarantee.Epsilon, 0.99 * epsilon, epsilon);
        Assert.Equal(noise.Guarantee, PrivacyAccountant.Epsilon(Plan(noise.NoiseMultiplier), 1e-6, kind).Guarantee);
        Assert.True(PrivacyAccountant.Epsilon(Plan(noise.NoiseMultiplier * 0.999), 1e-6, kind).Guarantee!.Epsilon > epsilon);
    }

    // Balle and Wang's formula at σ = 3.730632 is (1, 1e-5): no approximation in between when nothing is sampled.
    [Fact]
    public void A_plain_gaussian_is_calibrated_to_the_analytic_formula()
    {
        var noise = NoiseCalibration.NoiseMultiplier(z => PrivacyLedger.Empty.Add(new GaussianEvent(z)), 1, 1e-5, AccountantKind.LossDistribution).NoiseMultiplier;
        Assert.InRange(Density.HockeyStick(1, noise, 1, remove: true), 0.99e-5, 1.0001e-5);
    }

    [Fact]
    public void Fixed_parts_of_a_plan_that_spend_too_much_leave_nothing_to_calibrate()
    {
        var before = PrivacyLedger.Empty.Add(new GaussianEvent(1));
        var noise = NoiseCalibration.NoiseMultiplier(z => before.Add(new PoissonSampledEvent(0.1, z), 10), 1, 1e-6, AccountantKind.Renyi);
        Assert.False(noise.Ok);
        Assert.Contains("No amount of noise gives epsilon 1", noise.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Plans_of_mixed_adjacency_are_refused()
    {
        var before = PrivacyLedger.Empty.Add(new FixedSizeEvent(1, 10, 5));
        var noise = NoiseCalibration.NoiseMultiplier(z => before.Add(new PoissonSampledEvent(0.1, z)), 1, 1e-6, AccountantKind.LossDistribution);
        Assert.Contains("neighbours differ", noise.Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1e-5)]
    [InlineData(double.PositiveInfinity, 1e-5)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    public void Targets_out_of_range_are_refused(double epsilon, double delta) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NoiseCalibration.NoiseMultiplier(z => PrivacyLedger.Empty.Add(new GaussianEvent(z)), epsilon, delta, AccountantKind.Renyi));
}
