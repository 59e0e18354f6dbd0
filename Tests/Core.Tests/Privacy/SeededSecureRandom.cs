using System.Buffers.Binary;
using Federated.Core.Privacy;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Privacy;

/// <summary>Repeatable in place of secure, so that a statistical test has the same outcome each time. Thread-safe, as every source is.</summary>
internal sealed class SeededSecureRandom(ulong seed) : ISecureRandom
{
    private readonly RandomStream _stream = new(seed);

    public void Fill(Span<byte> bytes)
    {
        Span<byte> word = stackalloc byte[8];
        lock (_stream)
            for (var at = 0; at < bytes.Length; at += 8)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(word, _stream.NextUInt64());
                word[..Math.Min(8, bytes.Length - at)].CopyTo(bytes[at..]);
            }
    }
}
