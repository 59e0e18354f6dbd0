using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Federated.Core.Aggregation.Vectors;

/// <summary>Σ c_i x_i of a few vectors, each value added up in double in the order of the vectors.</summary>
internal static class LinearSum
{
    private const int Lanes = 8;

    // In double it stays in the innermost cache while the vectors go by.
    private const int Tile = 1024;

    /// <param name="factors">c, one for each vector, finite.</param>
    /// <param name="vectors">x, at least one.</param>
    /// <param name="result">Receives it; may be one of the vectors.</param>
    /// <param name="threads">At least 1.</param>
    public static void Of(double[] factors, ReadOnlyMemory<float>[] vectors, Memory<float> result, int threads) =>
        FixedOrder.ForRanges(result.Length, threads, (offset, length) =>
        {
            Span<double> sums = stackalloc double[Tile];
            for (var begin = offset; begin < offset + length; begin += Tile)
            {
                var count = Math.Min(Tile, offset + length - begin);
                var tile = sums[..count];
                tile.Clear();
                for (var i = 0; i < vectors.Length; i++) Add(factors[i], vectors[i].Span.Slice(begin, count), tile);
                var target = result.Span.Slice(begin, count);
                for (var i = 0; i < count; i++) target[i] = (float)tile[i];
            }
        });

    /// <summary>The plain mean.</summary>
    public static void Mean(ReadOnlyMemory<float>[] vectors, Memory<float> result, int threads)
    {
        var factors = new double[vectors.Length];
        Array.Fill(factors, 1.0 / vectors.Length);
        Of(factors, vectors, result, threads);
    }

    private static void Add(double factor, ReadOnlySpan<float> values, Span<double> sums)
    {
        ref var value = ref MemoryMarshal.GetReference(values);
        ref var sum = ref MemoryMarshal.GetReference(sums);
        var (factors, at) = (Vector256.Create(factor), 0);
        for (; at <= values.Length - Lanes; at += Lanes)
        {
            var (first, second) = Vector256.Widen(Vector256.LoadUnsafe(ref value, (nuint)at));
            (Vector256.LoadUnsafe(ref sum, (nuint)at) + first * factors).StoreUnsafe(ref sum, (nuint)at);
            (Vector256.LoadUnsafe(ref sum, (nuint)at + Lanes / 2) + second * factors).StoreUnsafe(ref sum, (nuint)at + Lanes / 2);
        }
        for (; at < values.Length; at++) sums[at] += values[at] * factor;
    }
}
