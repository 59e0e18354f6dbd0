using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Federated.Core.Privacy.SecureAggregation.Sharing;

/// <summary>What one client holds of another: its share of the self-mask seed, then that of the mask key, 80 bytes. Kept as bytes so that it can be zeroed.</summary>
internal static class SharePair
{
    public const int Length = 2 * SecretShare.Length;

    // Out of what Shamir.Share gives for both secrets, for the holder at this place.
    public static byte[] Join(ReadOnlySpan<ulong> seeds, ReadOnlySpan<ulong> keys, int place)
    {
        var pair = new byte[Length];
        for (var i = 0; i < SecretShare.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(pair.AsSpan(8 * i), seeds[place * SecretShare.Count + i]);
            BinaryPrimitives.WriteUInt64LittleEndian(pair.AsSpan(SecretShare.Length + 8 * i), keys[place * SecretShare.Count + i]);
        }
        return pair;
    }

    public static bool Valid(ReadOnlySpan<byte> pair) => pair.Length == Length && SecretShare.Read(pair[..SecretShare.Length]) is not null && SecretShare.Read(pair[SecretShare.Length..]) is not null;

    public static SecretShare Read(ReadOnlySpan<byte> pair, SecretKind kind) =>
        SecretShare.Read(kind == SecretKind.SelfMask ? pair[..SecretShare.Length] : pair[SecretShare.Length..]) ?? throw new ArgumentException("The pair was not checked.", nameof(pair));

    public static void Zero(Span<ulong> seeds, Span<ulong> keys)
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(seeds));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(keys));
    }
}
