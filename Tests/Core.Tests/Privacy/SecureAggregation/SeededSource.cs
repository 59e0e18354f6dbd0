using System.Buffers.Binary;
using Federated.Core.Privacy;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Privacy.SecureAggregation;

/// <summary>Repeatable in place of secure, so that a statistical test has the same outcome each time.</summary>
internal sealed class SeededSource(ulong seed) : ISecureRandom
{
    private readonly RandomStream _stream = new(seed);

    public void Fill(Span<byte> bytes)
    {
        Span<byte> word = stackalloc byte[8];
        for (var at = 0; at < bytes.Length; at += 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, _stream.NextUInt64());
            word[..Math.Min(8, bytes.Length - at)].CopyTo(bytes[at..]);
        }
    }
}
