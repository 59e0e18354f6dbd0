using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Federated.Core.Aggregation.Vectors;

/// <summary>What becomes of the values that the vectors have at one place.</summary>
internal interface IColumnRule
{
    /// <param name="sorted">Each lane ascending, from the first to the last.</param>
    Vector256<float> Fold(ReadOnlySpan<Vector256<float>> sorted);
}

/// <summary>Rules that look at one place of all vectors at a time.</summary>
internal static class Columns
{
    private const int Lanes = 8;

    /// <summary>Sorts each column and folds it.</summary>
    /// <param name="rule">A struct, so that its code is in the loop.</param>
    /// <param name="vectors">At least one; finite.</param>
    /// <param name="result">Receives one value a column.</param>
    /// <param name="threads">At least 1.</param>
    public static void Fold<TRule>(TRule rule, ReadOnlyMemory<float>[] vectors, Memory<float> result, int threads) where TRule : struct, IColumnRule
    {
        var network = SortingNetwork.Of(vectors.Length);
        FixedOrder.ForRanges(result.Length, threads, (offset, length) =>
        {
            var columns = new Vector256<float>[vectors.Length];
            var lanes = new float[Lanes];
            for (var at = offset; at < offset + length; at += Lanes)
            {
                var count = Math.Min(Lanes, offset + length - at);
                for (var i = 0; i < columns.Length; i++)
                {
                    var values = vectors[i].Span.Slice(at, count);
                    if (count < Lanes)
                    {
                        values.CopyTo(lanes);
                        values = lanes;
                    }
                    // -0 + 0 is 0: which of the two the smaller one is differs between processors.
                    columns[i] = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values)) + Vector256<float>.Zero;
                }
                Sort(columns, network);
                var folded = rule.Fold(columns);
                if (count == Lanes) folded.StoreUnsafe(ref MemoryMarshal.GetReference(result.Span.Slice(at, Lanes)));
                else
                    for (var lane = 0; lane < count; lane++) result.Span[at + lane] = folded[lane];
            }
        });
    }

    /// <summary>Sum over some places of sorted columns, in double, divided by their number.</summary>
    public static Vector256<float> Mean(ReadOnlySpan<Vector256<float>> columns)
    {
        var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
        foreach (var column in columns)
        {
            var (first, second) = Vector256.Widen(column);
            low += first;
            high += second;
        }
        var count = Vector256.Create((double)columns.Length);
        return Vector256.Narrow(low / count, high / count);
    }

    /// <summary>The middle of sorted columns: of an even number the mean of the two in the middle.</summary>
    public static Vector256<float> Median(ReadOnlySpan<Vector256<float>> sorted) =>
        sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : Mean(sorted.Slice(sorted.Length / 2 - 1, 2));

    private static void Sort(Span<Vector256<float>> columns, (int Lower, int Upper)[] network)
    {
        foreach (var (lower, upper) in network)
        {
            var (one, other) = (columns[lower], columns[upper]);
            columns[lower] = Vector256.MinNative(one, other);
            columns[upper] = Vector256.MaxNative(one, other);
        }
    }
}
