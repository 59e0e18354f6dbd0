namespace Federated.Core.Privacy.Accounting.Events;

/// <summary>A sum of vectors of integers with Skellam noise, the difference of two Poisson variables (Agarwal, Kairouz, Liu 2021, arXiv:2110.04995). Sums
/// of Skellam noises are Skellam, so that it makes no difference how many clients added it. Lengths in units of the integer grid. Neighbours:
/// <see cref="Adjacency.AddOrRemoveOne"/>.</summary>
public sealed record SkellamEvent : PrivacyEvent
{
    /// <summary>One release.</summary>
    /// <param name="variance">μ: variance of the noise that is in the sum for certain, at least 0 and finite; 0 is no noise.</param>
    /// <param name="l2">Bound Δ2 on the L2 norm of one client's integers, after rounding; above 0.</param>
    /// <param name="l1">Bound Δ1 on their L1 norm; at least Δ2.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public SkellamEvent(double variance, double l2, double l1)
    {
        if (!double.IsFinite(variance) || variance < 0) throw new ArgumentOutOfRangeException(nameof(variance), variance, "The variance must be at least 0 and finite.");
        if (!double.IsFinite(l2) || l2 <= 0) throw new ArgumentOutOfRangeException(nameof(l2), l2, "The L2 bound must be above 0 and finite.");
        if (!double.IsFinite(l1) || l1 < l2) throw new ArgumentOutOfRangeException(nameof(l1), l1, "The L1 bound must be finite and at least the L2 bound.");
        (Variance, L2, L1) = (variance, l2, l1);
    }

    /// <value>μ, in squared grid units.</value>
    public double Variance { get; }

    /// <value>Δ2, in grid units.</value>
    public double L2 { get; }

    /// <value>Δ1, in grid units.</value>
    public double L1 { get; }

    /// <inheritdoc/>
    public override Adjacency Adjacency => Adjacency.AddOrRemoveOne;
}
