using System.Security.Cryptography;

namespace Federated.Core.Privacy.SecureAggregation.Cryptography;

/// <summary>Keys out of secrets: HKDF with SHA-256 (RFC 5869), 256 bits in, 256 bits out. The info names protocol version, run, round, attempt, purpose and both clients, so that no two keys are one; the salt is both public keys, so that a key
/// belongs to this very exchange. The caller zeroes what it gets.</summary>
public static class KeySchedule
{
    /// <summary>Bytes of every key.</summary>
    public const int KeyLength = 32;

    /// <summary>The key of the pairwise mask of two clients: the same for both. Null where the other's public key is no point of the curve.</summary>
    /// <param name="context">The attempt.</param>
    /// <param name="mine">s^SK of one.</param>
    /// <param name="me">Its name.</param>
    /// <param name="theirs">s^PK of the other.</param>
    /// <param name="they">Its name.</param>
    public static byte[]? PairMask(MaskingContext context, EphemeralKey mine, string me, ReadOnlySpan<byte> theirs, string they)
    {
        var first = string.CompareOrdinal(me, they) < 0;
        return first
            ? Derive(mine, theirs, mine.Public.AsSpan(), theirs, context.Bind("pair mask", me, they))
            : Derive(mine, theirs, theirs, mine.Public.AsSpan(), context.Bind("pair mask", they, me));
    }

    /// <summary>The keys that seal shares between two clients, one for each direction, out of one agreement. Null where the other's public key is no point of the curve.</summary>
    /// <param name="context">The attempt.</param>
    /// <param name="mine">c^SK of this client.</param>
    /// <param name="me">Its name.</param>
    /// <param name="theirs">c^PK of the other.</param>
    /// <param name="they">Its name.</param>
    public static SealKeys? Seals(MaskingContext context, EphemeralKey mine, string me, ReadOnlySpan<byte> theirs, string they)
    {
        if (mine.Agree(theirs) is not { } secret) return null;
        var keys = new SealKeys(
            Expand(secret, mine.Public.AsSpan(), theirs, context.Bind("seal shares", me, they)),
            Expand(secret, theirs, mine.Public.AsSpan(), context.Bind("seal shares", they, me)));
        CryptographicOperations.ZeroMemory(secret);
        return keys;
    }

    /// <summary>The key of a client's own mask.</summary>
    /// <param name="context">The attempt.</param>
    /// <param name="seed">b, 32 bytes.</param>
    /// <param name="client">Whose.</param>
    public static byte[] SelfMask(MaskingContext context, ReadOnlySpan<byte> seed, string client)
    {
        var key = new byte[KeyLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, seed, key, [], context.Bind("self mask", client));
        return key;
    }

    private static byte[]? Derive(EphemeralKey mine, ReadOnlySpan<byte> theirs, ReadOnlySpan<byte> firstKey, ReadOnlySpan<byte> secondKey, byte[] info)
    {
        if (mine.Agree(theirs) is not { } secret) return null;
        var key = Expand(secret, firstKey, secondKey, info);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    private static byte[] Expand(byte[] secret, ReadOnlySpan<byte> firstKey, ReadOnlySpan<byte> secondKey, byte[] info)
    {
        var key = new byte[KeyLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, [.. firstKey, .. secondKey], info);
        return key;
    }
}

/// <summary>Keys that seal shares between two clients, 32 bytes each. Whoever has them zeroes them.</summary>
/// <param name="Sending">From this client to the other.</param>
/// <param name="Receiving">From the other to this one.</param>
public sealed record SealKeys(byte[] Sending, byte[] Receiving);
