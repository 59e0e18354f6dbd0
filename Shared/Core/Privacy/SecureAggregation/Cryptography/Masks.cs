using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Federated.Core.Privacy.SecureAggregation.Cryptography;

/// <summary>A mask to be added or taken away.</summary>
/// <param name="Key">32 bytes; whoever made them zeroes them.</param>
/// <param name="Add">True to add.</param>
public readonly record struct MaskTerm(byte[] Key, bool Add);

/// <summary>Adds masks to a vector: the stream of each key, read as words of 32 bits for the values and, from the next block on, of 64 bits for the scalars. Arithmetic is modulo 2^32 and 2^64; a ring of 2^r with r below 32 is what
/// is left when the upper bits are cut off at the end.</summary>
public static class Masks
{
    // Below as many words a second thread costs more than it brings.
    private const int WordsPerThread = 1 << 16;

    /// <summary>Adds some masks. The work is cut by the vector and not by the masks: threads need no sums of their own, and nothing as long as the vector is made.</summary>
    /// <param name="terms">The masks.</param>
    /// <param name="values">[P]; changed.</param>
    /// <param name="scalars">[S]; changed.</param>
    /// <param name="threads">That share the work, at least 1; their number does not change the result.</param>
    /// <param name="cancellation">Gives up; the vector is of no use then.</param>
    public static void Apply(IReadOnlyList<MaskTerm> terms, uint[] values, ulong[] scalars, int threads, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        const int tile = KeyStream.TileLength / sizeof(uint);
        var tiles = (values.Length + tile - 1) / tile;
        var parts = Math.Clamp(values.Length / WordsPerThread, 1, Math.Min(threads, Math.Max(tiles, 1)));
        if (parts == 1) Part(0);
        else Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = parts, CancellationToken = cancellation }, Part);

        void Part(int part)
        {
            var (first, end) = ((int)((long)tiles * part / parts), (int)((long)tiles * (part + 1) / parts));
            var range = values.AsSpan((first * tile)..Math.Min(end * tile, values.Length));
            var buffer = new byte[KeyStream.TileLength];
            foreach (var term in terms)
            {
                cancellation.ThrowIfCancellationRequested();
                using var stream = new KeyStream(term.Key);
                Words(stream, term.Add, range, (long)first * KeyStream.TileLength / KeyStream.BlockLength, buffer);
                if (part == parts - 1) Scalars(stream, term.Add, scalars, FirstScalarBlock(values.Length), buffer);
            }
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static long FirstScalarBlock(int values) => ((long)values * sizeof(uint) + KeyStream.BlockLength - 1) / KeyStream.BlockLength;

    private static void Words(KeyStream stream, bool add, Span<uint> words, long block, byte[] buffer)
    {
        while (!words.IsEmpty)
        {
            var count = Math.Min(words.Length, buffer.Length / sizeof(uint));
            var mask = MemoryMarshal.Cast<byte, uint>(Fill(stream, block, count * sizeof(uint), buffer))[..count];
            if (add) TensorPrimitives.Add(words[..count], mask, words[..count]);
            else TensorPrimitives.Subtract(words[..count], mask, words[..count]);
            words = words[count..];
            block += buffer.Length / KeyStream.BlockLength;
        }
    }

    private static void Scalars(KeyStream stream, bool add, Span<ulong> words, long block, byte[] buffer)
    {
        while (!words.IsEmpty)
        {
            var count = Math.Min(words.Length, buffer.Length / sizeof(ulong));
            var mask = MemoryMarshal.Cast<byte, ulong>(Fill(stream, block, count * sizeof(ulong), buffer))[..count];
            if (add) TensorPrimitives.Add(words[..count], mask, words[..count]);
            else TensorPrimitives.Subtract(words[..count], mask, words[..count]);
            words = words[count..];
            block += buffer.Length / KeyStream.BlockLength;
        }
    }

    private static Span<byte> Fill(KeyStream stream, long block, int bytes, byte[] buffer)
    {
        var whole = buffer.AsSpan(0, (bytes + KeyStream.BlockLength - 1) / KeyStream.BlockLength * KeyStream.BlockLength);
        stream.Fill(block, whole);
        return whole;
    }
}
