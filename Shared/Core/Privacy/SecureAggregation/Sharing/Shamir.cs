using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Federated.Core.Privacy.SecureAggregation.Sharing;

/// <summary>Threshold sharing of 32 bytes: Shamir, "How to Share a Secret", CACM 22(11), 1979, over p = 2^61 - 1. The 256 bits are cut into four pieces of 52 bits and one of 48, lowest first; each is f(0) of a polynomial of its own of
/// degree t - 1 whose other coefficients are uniform, and the share of holder x is f(x). Any t shares give the secret; fewer fit every secret equally well.</summary>
public static class Shamir
{
    /// <summary>Bytes of a secret.</summary>
    public const int SecretLength = 32;

    private const int PieceBits = 52;

    /// <summary>Shares a secret.</summary>
    /// <param name="secret">32 bytes.</param>
    /// <param name="threshold">t, at least 1.</param>
    /// <param name="holders">x of each holder: different, at least 1.</param>
    /// <param name="random">Of the coefficients.</param>
    /// <returns>Five elements for each holder, one after the other. The caller zeroes them.</returns>
    /// <exception cref="ArgumentException">The secret is not 32 bytes, a holder is below 1 or named twice, or there are fewer holders than the threshold.</exception>
    public static ulong[] Share(ReadOnlySpan<byte> secret, int threshold, ReadOnlySpan<int> holders, ISecureRandom random)
    {
        if (secret.Length != SecretLength) throw new ArgumentException($"A secret has {SecretLength} bytes, not {secret.Length}.", nameof(secret));
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 1);
        if (holders.Length < threshold) throw new ArgumentException($"{holders.Length} holders cannot reach a threshold of {threshold}.", nameof(holders));
        RequireDifferent(holders);
        var (coefficients, shares) = (new ulong[threshold], new ulong[holders.Length * SecretShare.Count]);
        Span<ulong> pieces = stackalloc ulong[SecretShare.Count];
        Cut(secret, pieces);
        for (var piece = 0; piece < SecretShare.Count; piece++)
        {
            Field.Fill(coefficients, random);
            coefficients[0] = pieces[piece];
            for (var i = 0; i < holders.Length; i++) shares[i * SecretShare.Count + piece] = Evaluate(coefficients, (ulong)holders[i]);
        }
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(coefficients.AsSpan()));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(pieces));
        return shares;
    }

    /// <summary>Opens a secret with t shares.</summary>
    /// <param name="shares">One of each holder.</param>
    /// <param name="weights">From <see cref="Weights"/> for the same holders in the same order.</param>
    /// <param name="secret">Receives 32 bytes.</param>
    /// <returns>False when what comes out cannot have been shared: some share is wrong. That it is true does not say that none is.</returns>
    /// <exception cref="ArgumentException">The numbers of shares and weights differ, or there is no room for 32 bytes.</exception>
    public static bool TryOpen(ReadOnlySpan<SecretShare> shares, ReadOnlySpan<ulong> weights, Span<byte> secret)
    {
        if (shares.Length != weights.Length) throw new ArgumentException($"Expected {weights.Length} shares, got {shares.Length}.", nameof(shares));
        if (secret.Length != SecretLength) throw new ArgumentException($"A secret has {SecretLength} bytes, not {secret.Length}.", nameof(secret));
        Span<ulong> pieces = stackalloc ulong[SecretShare.Count];
        for (var i = 0; i < shares.Length; i++)
            for (var piece = 0; piece < SecretShare.Count; piece++)
                pieces[piece] = Field.Add(pieces[piece], Field.Multiply(weights[i], shares[i].Elements[piece]));
        var fits = Join(pieces, secret);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(pieces));
        return fits;
    }

    /// <summary>Lagrange's weights at 0: f(0) = Σ w_i f(x_i) with w_i = Π x_j / (x_j - x_i) over all j other than i, for every f of a degree below their number.</summary>
    /// <param name="holders">x of each: different, at least 1.</param>
    /// <exception cref="ArgumentException">A holder is below 1 or named twice, or there is none.</exception>
    public static ulong[] Weights(ReadOnlySpan<int> holders)
    {
        if (holders.IsEmpty) throw new ArgumentException("No holder has no share.", nameof(holders));
        RequireDifferent(holders);
        var weights = new ulong[holders.Length];
        for (var i = 0; i < holders.Length; i++)
        {
            var (above, below, x) = (1UL, 1UL, (ulong)holders[i]);
            for (var j = 0; j < holders.Length; j++)
            {
                if (j == i) continue;
                above = Field.Multiply(above, (ulong)holders[j]);
                below = Field.Multiply(below, Field.Subtract((ulong)holders[j], x));
            }
            weights[i] = Field.Multiply(above, Field.Invert(below));
        }
        return weights;
    }

    private static ulong Evaluate(ReadOnlySpan<ulong> coefficients, ulong x)
    {
        var value = 0UL;
        for (var i = coefficients.Length - 1; i >= 0; i--) value = Field.Add(Field.Multiply(value, x), coefficients[i]);
        return value;
    }

    private static void Cut(ReadOnlySpan<byte> secret, Span<ulong> pieces)
    {
        for (var piece = 0; piece < pieces.Length; piece++)
        {
            // 52 bits from a whole or a half byte on lie within the 8 bytes from there; the last piece ends with the secret, 48 bits from its last 6 bytes.
            var at = piece * PieceBits;
            pieces[piece] = piece == pieces.Length - 1
                ? BinaryPrimitives.ReadUInt64LittleEndian(secret[^8..]) >> 16
                : (BinaryPrimitives.ReadUInt64LittleEndian(secret[(at / 8)..]) >> (at % 8)) & ((1UL << PieceBits) - 1);
        }
    }

    private static bool Join(ReadOnlySpan<ulong> pieces, Span<byte> secret)
    {
        var fits = pieces[^1] < 1UL << (8 * SecretLength - PieceBits * (pieces.Length - 1));
        foreach (var piece in pieces[..^1]) fits &= piece < 1UL << PieceBits;
        var (bits, filled, at) = (UInt128.Zero, 0, 0);
        foreach (var piece in pieces)
        {
            bits |= (UInt128)(piece & ((1UL << PieceBits) - 1)) << filled;
            for (filled += PieceBits; filled >= 8 && at < secret.Length; filled -= 8, bits >>= 8) secret[at++] = (byte)bits;
        }
        return fits;
    }

    private static void RequireDifferent(ReadOnlySpan<int> holders)
    {
        var sorted = holders.ToArray();
        Array.Sort(sorted);
        for (var i = 0; i < sorted.Length; i++)
            if (sorted[i] < 1 || (i > 0 && sorted[i] == sorted[i - 1]))
                throw new ArgumentException($"Holders are different and at least 1; {sorted[i]} is not.", nameof(holders));
    }
}
