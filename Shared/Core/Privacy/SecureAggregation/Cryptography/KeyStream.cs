using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Federated.Core.Privacy.SecureAggregation.Cryptography;

/// <summary>Pseudorandom bytes out of a key: AES-256 in counter mode (SP 800-38A, 6.5), from any block on. The whole 256-bit key goes in. Not thread-safe.</summary>
public sealed class KeyStream : IDisposable
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockLength = 16;

    /// <summary>Bytes that are made at once: large enough that setting up a cipher is lost in them, small enough for a core's cache.</summary>
    public const int TileLength = 1 << 15;

    private readonly Aes _aes = Aes.Create();
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly byte[] _counters = new byte[TileLength];

    /// <summary>A stream.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="counter">The first counter block, 16 bytes; empty for 0, which is right wherever a key has one stream.</param>
    /// <exception cref="ArgumentException">The key has not 32 bytes, or the counter not 16.</exception>
    public KeyStream(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counter = default)
    {
        if (key.Length != KeySchedule.KeyLength) throw new ArgumentException($"A key has {KeySchedule.KeyLength} bytes, not {key.Length}.", nameof(key));
        if (counter.Length is not (0 or BlockLength)) throw new ArgumentException($"A counter has {BlockLength} bytes, not {counter.Length}.", nameof(counter));
        _aes.SetKey(key);
        if (!counter.IsEmpty) (_high, _low) = (BinaryPrimitives.ReadUInt64BigEndian(counter), BinaryPrimitives.ReadUInt64BigEndian(counter[8..]));
    }

    /// <summary>Fills with the stream from a block on.</summary>
    /// <param name="block">Of the first byte, at least 0.</param>
    /// <param name="bytes">At most <see cref="TileLength"/>, a multiple of <see cref="BlockLength"/>.</param>
    public void Fill(long block, Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(block);
        var counters = _counters.AsSpan(0, bytes.Length);
        for (var at = 0; at < counters.Length; at += BlockLength, block++)
        {
            var low = unchecked(_low + (ulong)block);
            BinaryPrimitives.WriteUInt64BigEndian(counters[at..], low < _low ? unchecked(_high + 1) : _high);
            BinaryPrimitives.WriteUInt64BigEndian(counters[(at + 8)..], low);
        }
        _aes.EncryptEcb(counters, bytes, PaddingMode.None);
    }

    /// <inheritdoc/>
    public void Dispose() => _aes.Dispose();
}
