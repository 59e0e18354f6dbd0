using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Federated.Core.Aggregation.Vectors;

/// <summary>Inner products and distances of vectors, added up in double. Always in eight lanes, so that the bits are the same on every processor.</summary>
internal static class Products
{
    private const int Lanes = 8;

    /// <summary>‖a - b‖² of each vector a.</summary>
    public static double[] SquaredDistances(ReadOnlyMemory<float>[] vectors, ReadOnlyMemory<float> from, int threads) =>
        FixedOrder.Sums(from.Length, vectors.Length, threads, (offset, length, sums) =>
        {
            for (var i = 0; i < vectors.Length; i++) sums[i] += SquaredDistance(vectors[i].Span.Slice(offset, length), from.Span.Slice(offset, length));
        });

    /// <summary>‖a - b‖² of each pair of vectors, shape [n, n].</summary>
    public static double[,] SquaredDistances(ReadOnlyMemory<float>[] vectors, int threads)
    {
        var count = vectors.Length;
        var sums = FixedOrder.Sums(vectors[0].Length, count * (count - 1) / 2, threads, (offset, length, pairs) =>
        {
            var pair = 0;
            for (var i = 1; i < count; i++)
                for (var j = 0; j < i; j++) pairs[pair++] += SquaredDistance(vectors[i].Span.Slice(offset, length), vectors[j].Span.Slice(offset, length));
        });
        var distances = new double[count, count];
        var at = 0;
        for (var i = 1; i < count; i++)
            for (var j = 0; j < i; j++) distances[i, j] = distances[j, i] = sums[at++];
        return distances;
    }

    /// <summary>⟨a, b⟩ and ‖a‖² of each vector a.</summary>
    public static (double[] Products, double[] SquaredNorms) With(ReadOnlyMemory<float>[] vectors, ReadOnlyMemory<float> other, int threads)
    {
        var count = vectors.Length;
        var sums = FixedOrder.Sums(other.Length, 2 * count, threads, (offset, length, both) =>
        {
            for (var i = 0; i < count; i++)
            {
                var values = vectors[i].Span.Slice(offset, length);
                both[i] += Product(values, other.Span.Slice(offset, length));
                both[count + i] += Product(values, values);
            }
        });
        return (sums[..count], sums[count..]);
    }

    /// <summary>‖a‖².</summary>
    public static double SquaredNorm(ReadOnlyMemory<float> values, int threads) =>
        FixedOrder.Sums(values.Length, 1, threads, (offset, length, sums) => sums[0] += Product(values.Span.Slice(offset, length), values.Span.Slice(offset, length)))[0];

    private static double SquaredDistance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ref var a = ref MemoryMarshal.GetReference(left);
        ref var b = ref MemoryMarshal.GetReference(right);
        var (low, high, at) = (Vector256<double>.Zero, Vector256<double>.Zero, 0);
        for (; at <= left.Length - Lanes; at += Lanes)
        {
            var (first, second) = Vector256.Widen(Vector256.LoadUnsafe(ref a, (nuint)at) - Vector256.LoadUnsafe(ref b, (nuint)at));
            low += first * first;
            high += second * second;
        }
        var sum = Vector256.Sum(low + high);
        for (; at < left.Length; at++) sum += (double)(left[at] - right[at]) * (left[at] - right[at]);
        return sum;
    }

    private static double Product(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ref var a = ref MemoryMarshal.GetReference(left);
        ref var b = ref MemoryMarshal.GetReference(right);
        var (low, high, at) = (Vector256<double>.Zero, Vector256<double>.Zero, 0);
        for (; at <= left.Length - Lanes; at += Lanes)
        {
            var (first, second) = Vector256.Widen(Vector256.LoadUnsafe(ref a, (nuint)at));
            var (third, fourth) = Vector256.Widen(Vector256.LoadUnsafe(ref b, (nuint)at));
            low += first * third;
            high += second * fourth;
        }
        var sum = Vector256.Sum(low + high);
        for (; at < left.Length; at++) sum += (double)left[at] * right[at];
        return sum;
    }
}
