namespace Federated.Core.Privacy.Accounting.Events;

/// <summary>A sum over a secret sample with Gaussian noise: each unit takes part with probability q, independently of the others and of every other round
/// (Abadi et al. 2016). Neighbours: <see cref="Adjacency.AddOrRemoveOne"/>.</summary>
/// <remarks>A sample whose members choose themselves, or that the one against whom the guarantee stands can see, is not this event but
/// <see cref="GaussianEvent"/>.</remarks>
public sealed record PoissonSampledEvent : PrivacyEvent
{
    /// <summary>One release.</summary>
    /// <param name="samplingRate">q in 0..1; 1 is the plain Gaussian, 0 releases noise alone.</param>
    /// <param name="noiseMultiplier">z = σ / C, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public PoissonSampledEvent(double samplingRate, double noiseMultiplier)
    {
        if (samplingRate is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(samplingRate), samplingRate, "A sampling rate must be in 0..1.");
        (SamplingRate, NoiseMultiplier) = (samplingRate, CheckedMultiplier(noiseMultiplier));
    }

    /// <value>q.</value>
    public double SamplingRate { get; }

    /// <value>z = σ / C.</value>
    public double NoiseMultiplier { get; }

    /// <inheritdoc/>
    public override Adjacency Adjacency => Adjacency.AddOrRemoveOne;
}
