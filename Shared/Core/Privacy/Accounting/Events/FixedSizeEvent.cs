namespace Federated.Core.Privacy.Accounting.Events;

/// <summary>A sum over a secret sample of fixed size, drawn uniformly without replacement and afresh in every round, with Gaussian noise. Neighbours:
/// <see cref="Adjacency.ReplaceOne"/>, so the sensitivity is 2 C and the accountants see the multiplier z / 2.</summary>
/// <remarks>Other software often means σ / (2 C) by the multiplier of this event: ours is twice theirs.</remarks>
public sealed record FixedSizeEvent : PrivacyEvent
{
    /// <summary>One release.</summary>
    /// <param name="sampleSize">n, in 0..N.</param>
    /// <param name="population">N, at least 1, public.</param>
    /// <param name="noiseMultiplier">z = σ / C, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public FixedSizeEvent(long sampleSize, long population, double noiseMultiplier)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(population, 1);
        if (sampleSize < 0 || sampleSize > population)
            throw new ArgumentOutOfRangeException(nameof(sampleSize), sampleSize, $"A sample of {population} must have 0 to {population} members.");
        (SampleSize, Population, NoiseMultiplier) = (sampleSize, population, CheckedMultiplier(noiseMultiplier));
    }

    /// <value>n.</value>
    public long SampleSize { get; }

    /// <value>N.</value>
    public long Population { get; }

    /// <value>z = σ / C.</value>
    public double NoiseMultiplier { get; }

    /// <inheritdoc/>
    public override Adjacency Adjacency => Adjacency.ReplaceOne;

    /// <value>q = n / N.</value>
    internal double SamplingRate => (double)SampleSize / Population;

    /// <value>σ / (2 C).</value>
    internal double NoiseToSensitivity => NoiseMultiplier / Reach(Adjacency.ReplaceOne);
}
