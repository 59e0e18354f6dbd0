namespace Federated.Core.Privacy.SecureAggregation.Coding;

/// <summary>Layout of a masked vector on the wire: P elements of r bits each, packed without gaps, lowest bits first, the last byte filled with zeros; then S scalars of 8 bytes, little-endian.</summary>
/// <param name="Length">P, at least 1.</param>
/// <param name="RingBits">r, 2 to 32.</param>
/// <param name="Scalars">S, at least 0. The first is the client's weight where the mean is weighted; the rest is the caller's.</param>
public sealed record MaskedLayout(int Length, int RingBits, int Scalars)
{
    /// <summary>Bytes of a masked vector: ⌈P r / 8⌉ + 8 S.</summary>
    public long Bytes => (((long)Length * RingBits) + 7) / 8 + 8L * Scalars;
}
