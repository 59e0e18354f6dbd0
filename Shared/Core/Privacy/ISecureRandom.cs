namespace Federated.Core.Privacy;

/// <summary>Where keys, masks and privacy noise come from: bits that nobody can foresee or repeat. What is to be the same in every run of a job comes from
/// <see cref="Randomness.RandomStream"/> instead. Thread-safe.</summary>
public interface ISecureRandom
{
    /// <summary>Fills with uniform random bytes.</summary>
    void Fill(Span<byte> bytes);
}
