using System.Buffers.Binary;
using System.Security.Cryptography;
using Federated.Core.Privacy;

namespace Federated.Core.Tests.Privacy;

/// <summary>A source that repeats itself, for statistical tests: AES-256 of a counter under a key that is the seed's hash.</summary>
internal sealed class SeededSecureRandom(int seed) : ISecureRandom, IDisposable
{
    private readonly Aes _aes = Keyed(seed);
    private ulong _counter;

    public void Fill(Span<byte> bytes)
    {
        var blocks = new byte[(bytes.Length + 15) / 16 * 16];
        for (var at = 0; at < blocks.Length; at += 16) BinaryPrimitives.WriteUInt64LittleEndian(blocks.AsSpan(at), _counter++);
        _aes.EncryptEcb(blocks, PaddingMode.None).AsSpan(0, bytes.Length).CopyTo(bytes);
    }

    public void Dispose() => _aes.Dispose();

    private static Aes Keyed(int seed)
    {
        var aes = Aes.Create();
        aes.Key = SHA256.HashData(BitConverter.GetBytes(seed));
        return aes;
    }
}
