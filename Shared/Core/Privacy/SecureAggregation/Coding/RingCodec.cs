using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Federated.Core.Privacy.SecureAggregation.Coding;

/// <summary>Fixed-point numbers in a ring of 2^r: what a client's update becomes before it is masked, and what the sum is turned back into.</summary>
/// <remarks>
/// A value x is clamped to [-c, c], multiplied by the client's weight w in (0, 1], divided by the step c / M with M = 2^(bits-1) - 1, and rounded up or down at random so that its expectation stays what it is
/// (to within 2^-32 of a step). Integers are in [-M, M]; the sum of n of them is within ±n M, which is below 2^(r-1) for r = bits + ⌈log2 n⌉: it cannot run over. The headroom adds bits for noise.
/// The decoded mean differs from the weighted mean of the clamped values by less than <see cref="ErrorBound"/>.
/// Immutable and thread-safe.
/// </remarks>
public sealed record RingCodec
{
    /// <summary>Widest ring: a word of 32 bits.</summary>
    public const int MaxRingBits = 32;

    /// <summary>Smallest weight: 2^-20.</summary>
    public const double MinWeight = 1.0 / (1 << 20);

    private const int Block = 4096;

    /// <summary>A codec.</summary>
    /// <param name="bits">Of a value, 2 to 24.</param>
    /// <param name="clip">c, above 0 and finite.</param>
    /// <param name="clients">n: most clients of a sum, the declared cohort; at least 1.</param>
    /// <param name="headroom">Bits more than the sum of the values needs, for noise; at least 0.</param>
    /// <exception cref="ArgumentException">Out of range, or the ring is wider than <see cref="MaxRingBits"/>.</exception>
    public RingCodec(int bits, double clip, int clients, int headroom = 0)
    {
        if (bits is < 2 or > 24) throw new ArgumentOutOfRangeException(nameof(bits), bits, "A value has 2 to 24 bits.");
        if (!(clip > 0) || !double.IsFinite(clip)) throw new ArgumentOutOfRangeException(nameof(clip), clip, "The clip is above 0 and finite.");
        ArgumentOutOfRangeException.ThrowIfLessThan(clients, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(headroom);
        (Bits, Clip, Clients, Largest) = (bits, clip, clients, LargestOf(bits));
        RingBits = RingBitsOf(bits, clients, headroom);
        if (RingBits > MaxRingBits)
            throw new ArgumentException($"{bits} bits a value, {RingBits - bits - headroom} for the sum of {clients} and {headroom} of headroom are {RingBits} bits; at most {MaxRingBits} fit. Use fewer bits a value.", nameof(bits));
        Step = clip / Largest;
    }

    /// <summary>Bits of a value.</summary>
    public int Bits { get; }

    /// <summary>c.</summary>
    public double Clip { get; }

    /// <summary>n.</summary>
    public int Clients { get; }

    /// <summary>r.</summary>
    public int RingBits { get; }

    /// <summary>M = 2^(bits-1) - 1: what c becomes.</summary>
    public int Largest { get; }

    /// <summary>c / M.</summary>
    public double Step { get; }

    /// <summary>M for some bits a value.</summary>
    public static int LargestOf(int bits) => (1 << (bits - 1)) - 1;

    /// <summary>r for some bits a value, clients and headroom: bits + ⌈log2 n⌉ + headroom. May be above <see cref="MaxRingBits"/>; for rules of jobs.</summary>
    public static int RingBitsOf(int bits, int clients, int headroom = 0) => bits + (clients == 1 ? 0 : BitOperations.Log2((uint)(clients - 1)) + 1) + headroom;

    /// <summary>Turns an update into integers. Noise, where there is any, is added to these integers by the caller before they are masked.</summary>
    /// <param name="values">[P], finite.</param>
    /// <param name="weight">w, <see cref="MinWeight"/> to 1; rounded to a multiple of 2^-40 as <see cref="ScalarCodec.EncodeWeight"/> does, so that values and weight fit each other.</param>
    /// <param name="random">Of the rounding.</param>
    /// <param name="integers">Receives [P], each in [-M, M].</param>
    /// <returns>How many values were clamped.</returns>
    /// <exception cref="ArgumentException">A value is not finite, the weight is out of range, or the lengths differ.</exception>
    public int Encode(ReadOnlySpan<float> values, double weight, ISecureRandom random, Span<int> integers)
    {
        if (integers.Length != values.Length) throw new ArgumentException($"Expected room for {values.Length} integers, got {integers.Length}.", nameof(integers));
        if (!TensorPrimitives.IsFiniteAll(values)) throw new ArgumentException("Some values are infinite or no numbers; only finite ones can be encoded.", nameof(values));
        var factor = ScalarCodec.DecodeWeight(ScalarCodec.EncodeWeight(weight)) / Step;
        var (bits, clamped) = (ArrayPool<uint>.Shared.Rent(Block), 0);
        while (!values.IsEmpty)
        {
            var count = Math.Min(values.Length, Block);
            random.Fill(MemoryMarshal.AsBytes(bits.AsSpan(0, count)));
            for (var i = 0; i < count; i++)
            {
                double x = values[i];
                if (Math.Abs(x) > Clip) clamped++;
                // ⌊y + u⌋ with u uniform in [0, 1) is ⌊y⌋ or ⌈y⌉ with y as its mean. The clamps keep what c times the factor may be above M by a rounding.
                var y = Math.Clamp(Math.Clamp(x, -Clip, Clip) * factor, -Largest, Largest);
                integers[i] = (int)Math.Floor(y + bits[i] * (1.0 / (1L << 32)));
            }
            values = values[count..];
            integers = integers[count..];
        }
        ArrayPool<uint>.Shared.Return(bits, clearArray: true);
        return clamped;
    }

    /// <summary>The weighted mean out of an unmasked sum.</summary>
    /// <param name="sum">[P], elements of the ring; bits above r are not looked at.</param>
    /// <param name="weight">W, the sum of the clients' weights, above 0.</param>
    /// <param name="mean">Receives [P].</param>
    /// <exception cref="ArgumentException">The weight is not above 0, or the lengths differ.</exception>
    public void Decode(ReadOnlySpan<uint> sum, double weight, Span<float> mean)
    {
        if (mean.Length != sum.Length) throw new ArgumentException($"Expected room for {sum.Length} values, got {mean.Length}.", nameof(mean));
        var (scale, unused) = (Step / RequirePositive(weight), MaxRingBits - RingBits);
        for (var i = 0; i < sum.Length; i++) mean[i] = (float)(((int)(sum[i] << unused) >> unused) * scale);
    }

    /// <summary>Bound of the error of a decoded mean before it is rounded to float32: each of the clients is off by less than a step, n step / W together.</summary>
    /// <param name="clients">Clients in the sum.</param>
    /// <param name="weight">W, the sum of their weights, above 0.</param>
    public double ErrorBound(int clients, double weight) => clients * Step / RequirePositive(weight);

    private static double RequirePositive(double weight) =>
        weight > 0 ? weight : throw new ArgumentOutOfRangeException(nameof(weight), weight, "A mean of no weight is undefined.");
}
