using System.Buffers.Binary;
using System.Text;

namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>The attempt that keys, shares and signatures belong to. It goes into every derivation of a key and under every signature, so that nothing of one attempt means anything in another.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Round">1-based.</param>
/// <param name="Attempt">1-based; a round that is opened again has another, and fresh keys.</param>
public sealed record MaskingContext(string Run, int Round, int Attempt)
{
    /// <summary>Version of the protocol; another one derives other keys.</summary>
    public const int Version = 1;

    /// <summary>Unambiguous bytes of version, run, round, attempt, a purpose and some parties: each text length-prefixed, numbers in 4 bytes, little-endian.</summary>
    internal byte[] Bind(string purpose, params ReadOnlySpan<string> parties)
    {
        using var bytes = new MemoryStream();
        Write(bytes, Version);
        Write(bytes, Run);
        Write(bytes, Round);
        Write(bytes, Attempt);
        Write(bytes, purpose);
        foreach (var party in parties) Write(bytes, party);
        return bytes.ToArray();
    }

    private static void Write(MemoryStream to, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        Write(to, utf8.Length);
        to.Write(utf8);
    }

    private static void Write(MemoryStream to, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        to.Write(bytes);
    }
}
