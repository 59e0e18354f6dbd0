using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Federated.Core.Aggregation;

/// <summary>Sums of integers in two limbs of 64 bits: <c>high + low * 2^-52</c>. The vector path and the plain one give the same bits.</summary>
internal static class FixedPoint
{
    private const double Two52 = 1L << 52;

    // Adding 1.5 * 2^52 to a double of magnitude up to 2^51 rounds it to an integer, half to even, and leaves that integer in the lowest bits. Unlike
    // a conversion to Int64 this has an instruction on every vector width, and the same result on all of them.
    private const double Rounder = 1.5 * Two52;
    private const int Magnitude = int.MaxValue;   // all bits of a float but its sign
    private static readonly long RounderBits = BitConverter.DoubleToInt64Bits(Rounder);

    /// <summary>Adds <c>weight * values</c>. Every product is finite and below 2^42 in magnitude; all spans have one length.</summary>
    public static void Add(ReadOnlySpan<float> values, double weight, Span<long> high, Span<long> low)
    {
        AddBiased(values, weight, high, low);
        Settle(high, low, 1);
    }

    /// <summary>As <see cref="Add"/>, but leaves the rounder's bits in the sums, for <see cref="Settle"/> to take out of several at once. Sums run over meanwhile, which does no harm.</summary>
    /// <returns>The bits of the largest magnitude among the values, which are ordered as the magnitudes are: above all of them infinity, and above that whatever is not a number.</returns>
    public static int AddBiased(ReadOnlySpan<float> values, double weight, Span<long> high, Span<long> low)
    {
        var largest = 0;
        var done = AddWide(values, weight, high, low, ref largest);
        done += AddVectors(values[done..], weight, high[done..], low[done..], ref largest);
        AddRest(values[done..], weight, high[done..], low[done..], ref largest);
        return largest;
    }

    /// <summary>Takes the rounder's bits of some additions out of the sums.</summary>
    public static void Settle(Span<long> high, Span<long> low, int additions)
    {
        var bias = unchecked(RounderBits * additions);
        TensorPrimitives.Subtract(high, bias, high);
        TensorPrimitives.Subtract(low, bias, low);
    }

    /// <summary>Adds as many values as fill whole vectors of 512 bits, biased, and says how many these were: none where the processor has no such vectors.</summary>
    public static int AddWide(ReadOnlySpan<float> values, double weight, Span<long> high, Span<long> low, ref int largest)
    {
        if (!Vector512.IsHardwareAccelerated) return 0;
        var source = MemoryMarshal.Cast<float, Vector512<float>>(values);
        var highs = MemoryMarshal.Cast<long, Vector512<long>>(high);
        var lows = MemoryMarshal.Cast<long, Vector512<long>>(low);
        var (weights, magnitudes) = (Vector512.Create(weight), Vector512.Create(largest));
        for (var i = 0; i < source.Length; i++)
        {
            magnitudes = Vector512.Max(magnitudes, source[i].AsInt32() & Vector512.Create(Magnitude));
            var (first, second) = Vector512.Widen(source[i]);
            AddVector(first * weights, ref highs[2 * i], ref lows[2 * i]);
            AddVector(second * weights, ref highs[2 * i + 1], ref lows[2 * i + 1]);
        }
        for (var i = 0; i < Vector512<int>.Count; i++) largest = Math.Max(largest, magnitudes[i]);
        return source.Length * Vector512<float>.Count;
    }

    /// <summary>As <see cref="AddWide"/>, with vectors as wide as .NET takes them by itself.</summary>
    public static int AddVectors(ReadOnlySpan<float> values, double weight, Span<long> high, Span<long> low, ref int largest)
    {
        var source = MemoryMarshal.Cast<float, Vector<float>>(values);
        var highs = MemoryMarshal.Cast<long, Vector<long>>(high);
        var lows = MemoryMarshal.Cast<long, Vector<long>>(low);
        var (weights, magnitudes) = (new Vector<double>(weight), new Vector<int>(largest));
        for (var i = 0; i < source.Length; i++)
        {
            magnitudes = Vector.Max(magnitudes, Vector.AsVectorInt32(source[i]) & new Vector<int>(Magnitude));
            Vector.Widen(source[i], out var first, out var second);
            AddVector(first * weights, ref highs[2 * i], ref lows[2 * i]);
            AddVector(second * weights, ref highs[2 * i + 1], ref lows[2 * i + 1]);
        }
        for (var i = 0; i < Vector<int>.Count; i++) largest = Math.Max(largest, magnitudes[i]);
        return source.Length * Vector<float>.Count;
    }

    /// <summary>As <see cref="Add"/>, one value after the other.</summary>
    public static void AddScalars(ReadOnlySpan<float> values, double weight, Span<long> high, Span<long> low)
    {
        var largest = 0;
        AddRest(values, weight, high, low, ref largest);
        Settle(high, low, 1);
    }

    /// <summary>Moves whole units from the lower limb to the higher one; the sums stay what they are.</summary>
    public static void Carry(Span<long> high, Span<long> low)
    {
        for (var i = 0; i < high.Length; i++) (high[i], low[i]) = Normal(high[i], low[i]);
    }

    /// <summary>Each sum divided by a number above 0, as float32.</summary>
    public static void Divide(ReadOnlySpan<long> high, ReadOnlySpan<long> low, double divisor, Span<float> quotients)
    {
        for (var i = 0; i < quotients.Length; i++)
        {
            // When a carry happened depends on the order of the terms, so the limbs as they are must not be rounded: only their normal form is
            // the sum's own.
            var (units, fraction) = Normal(high[i], low[i]);
            quotients[i] = (float)((units + fraction / Two52) / divisor);
        }
    }

    private static (long High, long Low) Normal(long high, long low)
    {
        var carry = (low + (1L << 51)) >> 52;
        return (high + carry, low - (carry << 52));
    }

    private static void AddRest(ReadOnlySpan<float> values, double weight, Span<long> high, Span<long> low, ref int largest)
    {
        for (var i = 0; i < values.Length; i++)
        {
            largest = Math.Max(largest, BitConverter.SingleToInt32Bits(values[i]) & Magnitude);
            var term = values[i] * weight;
            var units = term + Rounder;
            var fraction = (term - (units - Rounder)) * Two52 + Rounder;
            unchecked
            {
                high[i] += BitConverter.DoubleToInt64Bits(units);
                low[i] += BitConverter.DoubleToInt64Bits(fraction);
            }
        }
    }

    private static void AddVector(Vector512<double> terms, ref Vector512<long> high, ref Vector512<long> low)
    {
        var rounder = Vector512.Create(Rounder);
        var units = terms + rounder;
        // The product with a power of two is exact, so that one rounding or two give the same bits.
        var fraction = Vector512.MultiplyAddEstimate(terms - (units - rounder), Vector512.Create(Two52), rounder);
        high += units.AsInt64();
        low += fraction.AsInt64();
    }

    private static void AddVector(Vector<double> terms, ref Vector<long> high, ref Vector<long> low)
    {
        var rounder = new Vector<double>(Rounder);
        var units = terms + rounder;
        var fraction = Vector.MultiplyAddEstimate(terms - (units - rounder), new Vector<double>(Two52), rounder);
        high += Vector.AsVectorInt64(units);
        low += Vector.AsVectorInt64(fraction);
    }
}
