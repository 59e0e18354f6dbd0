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

    /// <summary>A codec.</summary>
    /// <param name="bits">Of a value, 2 to 24.</param>
    /// <param name="clip">c, above 0 and finite.</param>
    /// <param name="clients">n: most clients of a sum, the declared cohort; at least 1.</param>
    /// <param name="headroom">Bits more than the sum of the values needs, for noise; at least 0.</param>
    /// <exception cref="ArgumentException">Out of range, or the ring is wider than <see cref="MaxRingBits"/>.</exception>
    public RingCodec(int bits, double clip, int clients, int headroom = 0) => throw new NotImplementedException();

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

    /// <summary>Turns an update into integers. Noise, where there is any, is added to these integers by the caller before they are masked.</summary>
    /// <param name="values">[P], finite.</param>
    /// <param name="weight">w, <see cref="MinWeight"/> to 1.</param>
    /// <param name="random">Of the rounding.</param>
    /// <param name="integers">Receives [P], each in [-M, M].</param>
    /// <returns>How many values were clamped.</returns>
    /// <exception cref="ArgumentException">A value is not finite, the weight is out of range, or the lengths differ.</exception>
    public int Encode(ReadOnlySpan<float> values, double weight, ISecureRandom random, Span<int> integers) => throw new NotImplementedException();

    /// <summary>The weighted mean out of an unmasked sum.</summary>
    /// <param name="sum">[P], elements of the ring.</param>
    /// <param name="weight">W, the sum of the clients' weights, above 0.</param>
    /// <param name="mean">Receives [P].</param>
    /// <exception cref="ArgumentException">The weight is not above 0, or the lengths differ.</exception>
    public void Decode(ReadOnlySpan<uint> sum, double weight, Span<float> mean) => throw new NotImplementedException();

    /// <summary>Bound of the error of a decoded mean before it is rounded to float32: each of the clients is off by less than a step, n step / W together.</summary>
    /// <param name="clients">Clients in the sum.</param>
    /// <param name="weight">W, the sum of their weights, above 0.</param>
    public double ErrorBound(int clients, double weight) => throw new NotImplementedException();
}
