using System.Buffers.Binary;
using System.Security.Cryptography;
using Federated.Core.Privacy;

namespace Federated.Core.Tests.Privacy.Differential;

/// <summary>AES-256 in counter mode under a key that is a number: good bits, the same in every run of a test.</summary>
internal sealed class RepeatableRandom : ISecureRandom
{
    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _counter = new byte[16];
    private ulong _blocks;

    public RepeatableRandom(int seed)
    {
        var key = new byte[32];
        BinaryPrimitives.WriteInt32LittleEndian(key, seed);
        _aes.Key = key;
    }

    public void Fill(Span<byte> bytes)
    {
        Span<byte> block = stackalloc byte[16];
        for (var at = 0; at < bytes.Length; at += block.Length)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_counter, _blocks++);
            _aes.EncryptEcb(_counter, block, PaddingMode.None);
            block[..Math.Min(block.Length, bytes.Length - at)].CopyTo(bytes[at..]);
        }
    }
}
