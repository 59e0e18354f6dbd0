using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Federated.Core.Privacy.SecureAggregation.Sharing;

/// <summary>One holder's share of a secret of 32 bytes: five elements of the field, each below 2^61 - 1.</summary>
/// <param name="Elements">Five.</param>
public sealed record SecretShare(ImmutableArray<ulong> Elements)
{
    /// <summary>Elements of a share.</summary>
    public const int Count = 5;

    /// <summary>Bytes of a share: five numbers of 8 bytes, little-endian.</summary>
    public const int Length = 8 * Count;

    /// <summary>Whether it is five elements of the field.</summary>
    public bool Valid => Elements is { IsDefault: false, Length: Count } && Elements.All(element => element < Field.Modulus);

    /// <summary>As bytes.</summary>
    /// <param name="bytes">Receives <see cref="Length"/> bytes.</param>
    public void Write(Span<byte> bytes)
    {
        for (var i = 0; i < Count; i++) BinaryPrimitives.WriteUInt64LittleEndian(bytes[(8 * i)..], Elements[i]);
    }

    /// <summary>From bytes; null when they are not <see cref="Length"/> bytes of elements of the field.</summary>
    public static SecretShare? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length) return null;
        var elements = new ulong[Count];
        for (var i = 0; i < Count; i++)
            if ((elements[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * i)..])) >= Field.Modulus)
                return null;
        return new([.. elements]);
    }

    /// <summary>Whether another has the same elements.</summary>
    public bool Same(SecretShare other) => Elements.AsSpan().SequenceEqual(other.Elements.AsSpan());
}
