using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Federated.Core.Privacy.SecureAggregation.Cryptography;

/// <summary>Pseudorandom bytes out of a key: AES-256 in counter mode (SP 800-38A, 6.5), from any block on. The whole 256-bit key goes in. Not thread-safe.</summary>
public sealed class KeyStream : IDisposable
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockLength = 16;

    /// <summary>Bytes that are made at once: large enough that setting up a cipher is nearly lost in them, small enough for a core's cache and for the heap's small objects.</summary>
    public const int TileLength = 1 << 16;

    private readonly Aes _aes = Aes.Create();
    private readonly ulong _high;
    private readonly ulong _low;

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

    /// <summary>The counter blocks of streams that begin at 0: the same for all of them, so that they are made once for many.</summary>
    /// <param name="block">The first one, at least 0.</param>
    /// <param name="counters">Receives them; a multiple of <see cref="BlockLength"/>.</param>
    public static void Count(long block, Span<byte> counters)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(block);
        Count(0, (ulong)block, counters);
    }

    /// <summary>The bytes of the stream at some counter blocks.</summary>
    /// <param name="counters">From <see cref="Count(long, Span{byte})"/>.</param>
    /// <param name="bytes">Receives as many.</param>
    public void Fill(ReadOnlySpan<byte> counters, Span<byte> bytes) => _aes.EncryptEcb(counters, bytes, PaddingMode.None);

    /// <summary>Fills with the stream from a block on.</summary>
    /// <param name="block">Of the first byte, at least 0.</param>
    /// <param name="bytes">A multiple of <see cref="BlockLength"/>.</param>
    public void Fill(long block, Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(block);
        var low = unchecked(_low + (ulong)block);
        var counters = new byte[bytes.Length];
        Count(low < _low ? unchecked(_high + 1) : _high, low, counters);
        Fill(counters, bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _aes.Dispose();

    private static void Count(ulong high, ulong low, Span<byte> counters)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(counters);
        for (var i = 0; i + 1 < words.Length; i += 2)
        {
            (words[i], words[i + 1]) = (BigEndian(high), BigEndian(low));
            if (++low == 0) high++;
        }
    }

    private static ulong BigEndian(ulong number) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(number) : number;
}
