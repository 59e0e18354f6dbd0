using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Federated.Core.Privacy.SecureAggregation.Cryptography;

/// <summary>Seals the pair of shares that one client has for another: AES-256-GCM, 16 bytes of tag behind the text.</summary>
/// <remarks>The nonce is 0 each time: a key is made of keys that live for one attempt, belongs to one direction between two clients (<see cref="KeySchedule.Seals"/>), and seals one message; the client keeps that message and repeats its bytes
/// rather than sealing again. What is sealed is bound to the attempt and to both clients by the associated data as well as by the key.</remarks>
internal static class ShareSeal
{
    private const int TagLength = 16;

    public static ImmutableArray<byte> Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text, ReadOnlySpan<byte> associated)
    {
        var bytes = new byte[text.Length + TagLength];
        using var gcm = new AesGcm(key, TagLength);
        gcm.Encrypt(Nonce, text, bytes.AsSpan(0, text.Length), bytes.AsSpan(text.Length), associated);
        return ImmutableCollectionsMarshal.AsImmutableArray(bytes);
    }

    // Null when it was changed, or sealed with another key or for others.
    public static byte[]? Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> associated)
    {
        if (bytes.Length < TagLength) return null;
        var text = new byte[bytes.Length - TagLength];
        using var gcm = new AesGcm(key, TagLength);
        try
        {
            gcm.Decrypt(Nonce, bytes[..text.Length], bytes[text.Length..], text, associated);
            return text;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<byte> Nonce => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
}
