namespace Federated.Core.Privacy.Noise;

/// <summary>Skellam noise: the difference of two independent Poisson variables of mean μ / 2 (Agarwal, Kairouz, Liu 2021, arXiv:2110.04995). Sums of Skellam noises are
/// Skellam. Thread-safe.</summary>
public sealed class Skellam
{
    /// <summary>Noise of one variance.</summary>
    /// <param name="variance">μ in grid units, above 0 and at most 2^26.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public Skellam(double variance) => Variance = variance;

    /// <value>μ.</value>
    public double Variance { get; }

    /// <summary>Fills with independent noise.</summary>
    public void Fill(Span<long> noise, ISecureRandom random) => throw new NotImplementedException();
}
