using Federated.Core.Privacy.Accounting.Events;

namespace Federated.Core.Privacy.Accounting.Renyi;

/// <summary>Bounds of Renyi divergences for integer noise added by several clients.</summary>
internal static class IntegerNoiseRenyi
{
    /// <summary>A sum of n discrete Gaussians. Kairouz, Liu, Steinke, "The distributed discrete Gaussian mechanism for federated learning with secure aggregation", ICML 2021
    /// (arXiv:2102.06387), Proposition 14, the least of its three bounds: αΔ2²/2nσ² + τd; α/2 (Δ2²/nσ² + 2 Δ1/(√n σ) τ + τ²d); α/2 (Δ2/(√n σ) + √d τ)². With
    /// n = 1, τ is 0 and it is Theorem 4 of Canonne, Kamath, Steinke 2020.</summary>
    public static double DiscreteGaussianSum(DiscreteGaussianSumEvent sum, double order)
    {
        if (sum.VarianceEach == 0) return double.PositiveInfinity;
        var deviation = Math.Sqrt(sum.Summands * sum.VarianceEach);
        var (l2, l1, tau, d) = (sum.L2 / deviation, sum.L1 / deviation, Tau(sum.Summands, sum.VarianceEach), (double)sum.Dimension);
        var first = order / 2 * l2 * l2 + tau * d;
        var second = order / 2 * (l2 * l2 + 2 * l1 * tau + tau * tau * d);
        var third = order / 2 * (l2 + Math.Sqrt(d) * tau) * (l2 + Math.Sqrt(d) * tau);
        return Math.Min(first, Math.Min(second, third));
    }

    /// <summary>How far a sum of discrete Gaussians is from one: τ = 10 Σ_{k=1}^{n-1} exp(-2π²σ² k/(k+1)), Theorem 1 of the same paper.</summary>
    public static double Tau(int summands, double variance)
    {
        var sum = 0.0;
        for (var k = 1; k < summands; k++) sum += Math.Exp(-2 * Math.PI * Math.PI * variance * k / (k + 1));
        return 10 * sum;
    }

    /// <summary>Skellam noise: αΔ2²/2μ + min(((2α-1)Δ2² + 6Δ1)/4μ², 3Δ1/2μ). Agarwal, Kairouz, Liu, "The Skellam mechanism for differentially private federated learning", NeurIPS
    /// 2021 (arXiv:2110.04995), Corollary 3.6, for integer α; a fractional order takes the next integer's, since divergences grow with the order.</summary>
    public static double Skellam(SkellamEvent skellam, double order)
    {
        var (mu, l2, alpha) = (skellam.Variance, skellam.L2 * skellam.L2, Math.Ceiling(order));
        if (mu == 0) return double.PositiveInfinity;
        return alpha * l2 / (2 * mu) + Math.Min(((2 * alpha - 1) * l2 + 6 * skellam.L1) / (4 * mu * mu), 3 * skellam.L1 / (2 * mu));
    }
}
