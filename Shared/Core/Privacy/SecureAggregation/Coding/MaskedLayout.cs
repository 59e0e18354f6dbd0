namespace Federated.Core.Privacy.SecureAggregation.Coding;

/// <summary>Layout of a masked vector on the wire: P elements of r bits each, packed without gaps, lowest bits first, the last byte filled with zeros; then S scalars of 8 bytes, little-endian.</summary>
/// <param name="Length">P, at least 1.</param>
/// <param name="RingBits">r, 2 to 32.</param>
/// <param name="Scalars">S, at least 0. The first is the client's weight where the mean is weighted; the rest is the caller's.</param>
public sealed record MaskedLayout(int Length, int RingBits, int Scalars)
{
    /// <summary>Bytes of the values: ⌈P r / 8⌉.</summary>
    public long ValueBytes => (((long)Length * RingBits) + 7) / 8;

    /// <summary>Bytes of a masked vector.</summary>
    public long Bytes => ValueBytes + 8L * Scalars;

    /// <summary>Packs a vector.</summary>
    /// <param name="values">[P]; bits above r are cut off.</param>
    /// <param name="scalars">[S].</param>
    /// <exception cref="ArgumentException">A length is not the layout's.</exception>
    public byte[] Pack(ReadOnlySpan<uint> values, ReadOnlySpan<ulong> scalars)
    {
        Require(values.Length, scalars.Length);
        var bytes = new byte[Bytes];
        BitPacking.Pack(values, RingBits, bytes.AsSpan(0, (int)ValueBytes));
        BitPacking.Write(scalars, bytes.AsSpan((int)ValueBytes));
        return bytes;
    }

    /// <summary>Adds a packed vector to sums, modulo 2^32 and 2^64; or refuses it and changes nothing.</summary>
    /// <param name="packed">From a peer: any bytes.</param>
    /// <param name="values">[P].</param>
    /// <param name="scalars">[S].</param>
    /// <param name="threads">That share the work, at least 1.</param>
    /// <exception cref="ArgumentException">A length of the sums is not the layout's.</exception>
    public Refused? AddTo(ReadOnlyMemory<byte> packed, uint[] values, ulong[] scalars, int threads)
    {
        Require(values.Length, scalars.Length);
        if (packed.Length != Bytes) return new(MaskingRefusal.BadVector, $"A masked vector has {Bytes} bytes here, not {packed.Length}.");
        var used = (int)((long)Length * RingBits % 8);
        if (used > 0 && packed.Span[(int)ValueBytes - 1] >> used != 0) return new(MaskingRefusal.BadVector, "Bits behind the last value of a masked vector are 0; these are not.");
        BitPacking.Add(packed[..(int)ValueBytes], RingBits, values, threads);
        BitPacking.Add(packed.Span[(int)ValueBytes..], scalars);
        return null;
    }

    private void Require(int values, int scalars)
    {
        if (values != Length || scalars != Scalars) throw new ArgumentException($"Expected {Length} values and {Scalars} scalars, got {values} and {scalars}.", nameof(values));
    }
}
