using System.Runtime.InteropServices;
using Federated.Core.Privacy;
using Federated.Core.Randomness;

namespace Federated.Engine.Tests.Privacy;

/// <summary>The same bytes in every run of a test.</summary>
internal sealed class SeededBytes(ulong seed) : ISecureRandom
{
    private readonly RandomStream _stream = new(seed);

    public void Fill(Span<byte> bytes)
    {
        lock (_stream)
            for (; !bytes.IsEmpty; bytes = bytes[Math.Min(8, bytes.Length)..])
            {
                var bits = _stream.NextUInt64();
                MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in bits))[..Math.Min(8, bytes.Length)].CopyTo(bytes);
            }
    }
}
