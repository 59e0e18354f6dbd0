using System.Numerics;
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

        // All masks on one piece of the vector before the next: the piece stays in the cache, and its counters are made once.
        void Part(int part)
        {
            var (first, end) = ((int)((long)tiles * part / parts), (int)((long)tiles * (part + 1) / parts));
            var streams = new List<KeyStream>(terms.Count);
            var (counters, mask) = (new byte[KeyStream.TileLength], new byte[KeyStream.TileLength]);
            try
            {
                foreach (var term in terms) streams.Add(new(term.Key));
                for (var at = first; at < end; at++)
                {
                    var words = values.AsSpan((at * tile)..Math.Min((at + 1) * tile, values.Length));
                    var length = Whole(words.Length * sizeof(uint));
                    KeyStream.Count((long)at * KeyStream.TileLength / KeyStream.BlockLength, counters.AsSpan(0, length));
                    for (var i = 0; i < streams.Count; i++)
                    {
                        cancellation.ThrowIfCancellationRequested();
                        streams[i].Fill(counters.AsSpan(0, length), mask);
                        Apply<uint>(mask, terms[i].Add, words);
                    }
                }
                if (part == parts - 1) Scalars(terms, streams, scalars, FirstScalarBlock(values.Length));
            }
            finally
            {
                foreach (var stream in streams) stream.Dispose();
                CryptographicOperations.ZeroMemory(mask);
            }
        }
    }

    private static long FirstScalarBlock(int values) => ((long)values * sizeof(uint) + KeyStream.BlockLength - 1) / KeyStream.BlockLength;

    private static int Whole(int bytes) => (bytes + KeyStream.BlockLength - 1) / KeyStream.BlockLength * KeyStream.BlockLength;

    private static void Scalars(IReadOnlyList<MaskTerm> terms, List<KeyStream> streams, ulong[] scalars, long block)
    {
        if (scalars.Length == 0) return;
        var mask = new byte[Whole(scalars.Length * sizeof(ulong))];
        for (var i = 0; i < streams.Count; i++)
        {
            streams[i].Fill(block, mask);
            Apply<ulong>(mask, terms[i].Add, scalars);
        }
        CryptographicOperations.ZeroMemory(mask);
    }

    private static void Apply<T>(byte[] mask, bool add, Span<T> words) where T : unmanaged, IAdditionOperators<T, T, T>, IAdditiveIdentity<T, T>, ISubtractionOperators<T, T, T>
    {
        var masks = MemoryMarshal.Cast<byte, T>(mask)[..words.Length];
        if (add) TensorPrimitives.Add(words, masks, words);
        else TensorPrimitives.Subtract(words, masks, words);
    }
}
