using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Federated.Core.Privacy.Noise;

/// <summary>Uniform numbers out of a secure source, which is asked for 8 KiB at a time. Wipes what is left when disposed. Not thread-safe.</summary>
internal sealed class SecureBits(ISecureRandom random) : IDisposable
{
    private readonly byte[] _buffer = new byte[8192];
    private int _next = 8192;
    private ulong _bits;
    private int _bitsLeft;

    /// <summary>64 bits.</summary>
    public ulong NextUInt64()
    {
        if (_next == _buffer.Length)
        {
            random.Fill(_buffer);
            _next = 0;
        }
        var value = BinaryPrimitives.ReadUInt64LittleEndian(_buffer.AsSpan(_next));
        _next += sizeof(ulong);
        return value;
    }

    /// <summary>One bit.</summary>
    public bool NextBit()
    {
        if (_bitsLeft == 0) (_bits, _bitsLeft) = (NextUInt64(), 64);
        var bit = (_bits & 1) == 1;
        (_bits, _bitsLeft) = (_bits >> 1, _bitsLeft - 1);
        return bit;
    }

    /// <summary>Uniform in 0..bound-1, by rejection.</summary>
    /// <param name="bound">At least 1.</param>
    public BigInteger NextBelow(BigInteger bound)
    {
        var bits = (int)(bound - 1).GetBitLength();
        while (true)
        {
            var value = BigInteger.Zero;
            for (var have = 0; have < bits; have += 64) value = (value << 64) | NextUInt64();
            value &= (BigInteger.One << bits) - 1;
            if (value < bound) return value;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer);
}
