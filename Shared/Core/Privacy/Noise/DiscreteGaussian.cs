namespace Federated.Core.Privacy.Noise;

/// <summary>Discrete Gaussian noise: the integer x with probability proportional to exp(-x² / (2σ²)) (Canonne, Kamath, Steinke 2020, arXiv:2004.00010). For noise
/// that each client adds inside secure aggregation; see <see cref="Accounting.Events.DiscreteGaussianSumEvent"/>. Thread-safe.</summary>
public sealed class DiscreteGaussian
{
    /// <summary>Noise of one variance.</summary>
    /// <param name="variance">σ² in grid units, above 0 and at most 2^100; taken as the rational number that the double is.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public DiscreteGaussian(double variance) => Variance = variance;

    /// <value>σ², the parameter; the variance itself is a little below it.</value>
    public double Variance { get; }

    /// <summary>Fills with independent noise.</summary>
    public void Fill(Span<long> noise, ISecureRandom random) => throw new NotImplementedException();
}
