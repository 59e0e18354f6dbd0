namespace Federated.Core.Privacy.Accounting.Events;

/// <summary>A sum over everybody (or over a cohort whose choice hides nothing) with Gaussian noise.</summary>
/// <remarks>With <see cref="Adjacency.ReplaceOne"/> the sensitivity is 2 C, so that z counts half.</remarks>
public sealed record GaussianEvent : PrivacyEvent
{
    /// <summary>One release.</summary>
    /// <param name="noiseMultiplier">z = σ / C, at least 0.</param>
    /// <param name="adjacency">Which neighbours; the same one as of the other events that it is to be added to.</param>
    /// <exception cref="ArgumentOutOfRangeException">The multiplier is negative or not finite.</exception>
    public GaussianEvent(double noiseMultiplier, Adjacency adjacency = Adjacency.AddOrRemoveOne)
    {
        Reach(adjacency);
        (NoiseMultiplier, Adjacency) = (CheckedMultiplier(noiseMultiplier), adjacency);
    }

    /// <value>z = σ / C.</value>
    public double NoiseMultiplier { get; }

    /// <inheritdoc/>
    public override Adjacency Adjacency { get; }

    /// <value>σ / sensitivity under the event's own adjacency.</value>
    internal double NoiseToSensitivity => NoiseMultiplier / Reach(Adjacency);
}
