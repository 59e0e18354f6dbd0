namespace Federated.Core.Privacy.Accounting.Events;

/// <summary>A sum of vectors of integers to which each of n honest clients has added discrete Gaussian noise (Kairouz, Liu, Steinke 2021, arXiv:2102.06387,
/// the distributed discrete Gaussian mechanism). n = 1 is the discrete Gaussian mechanism of Canonne, Kamath, Steinke 2020. All lengths are in units
/// of the integer grid. Neighbours: <see cref="Adjacency.AddOrRemoveOne"/>.</summary>
public sealed record DiscreteGaussianSumEvent : PrivacyEvent
{
    /// <summary>One release.</summary>
    /// <param name="summands">n: how many clients' noise is in the sum for certain (drop-outs and those who may cheat taken off), at least 1.</param>
    /// <param name="varianceEach">σ² of one client's noise, finite, at least 1/4 when there are several.</param>
    /// <param name="l2">Bound Δ2 on the L2 norm of one client's integers, after rounding; above 0.</param>
    /// <param name="l1">Bound Δ1 on their L1 norm; at least Δ2. Rounded vectors have Δ1 at most min(√d Δ2, Δ2²).</param>
    /// <param name="dimension">d, the number of integers, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public DiscreteGaussianSumEvent(int summands, double varianceEach, double l2, double l1, long dimension)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(summands, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        if (!double.IsFinite(varianceEach) || varianceEach < (summands > 1 ? 0.25 : 0))
            throw new ArgumentOutOfRangeException(nameof(varianceEach), varianceEach, "The variance must be finite, and at least 1/4 where several noises are added.");
        if (!double.IsFinite(l2) || l2 <= 0) throw new ArgumentOutOfRangeException(nameof(l2), l2, "The L2 bound must be above 0 and finite.");
        if (!double.IsFinite(l1) || l1 < l2) throw new ArgumentOutOfRangeException(nameof(l1), l1, "The L1 bound must be finite and at least the L2 bound.");
        (Summands, VarianceEach, L2, L1, Dimension) = (summands, varianceEach, l2, l1, dimension);
    }

    /// <value>n.</value>
    public int Summands { get; }

    /// <value>σ² of one summand, in squared grid units.</value>
    public double VarianceEach { get; }

    /// <value>Δ2, in grid units.</value>
    public double L2 { get; }

    /// <value>Δ1, in grid units.</value>
    public double L1 { get; }

    /// <value>d.</value>
    public long Dimension { get; }

    /// <inheritdoc/>
    public override Adjacency Adjacency => Adjacency.AddOrRemoveOne;
}
