namespace Federated.Core.Privacy.SecureAggregation.Coding;

/// <summary>Fixed-point numbers of 64 bits: weights, counts and sums of metrics that are masked behind the values.</summary>
/// <remarks>A scalar is a multiple of 2^-20; the sum over all clients stays below 2^43 in magnitude, since each client's is below 2^43 / n. A client's weight is a multiple of 2^-40 instead, and the sum of at most 2^22 of them below 2^23.</remarks>
public static class ScalarCodec
{
    /// <summary>2^-20: the unit of a scalar.</summary>
    public const double Unit = 1.0 / (1 << 20);

    /// <summary>2^-40: the unit of a weight.</summary>
    public const double WeightUnit = 1.0 / (1L << 40);

    /// <summary>2^43: what a sum of scalars stays below.</summary>
    public const double Limit = 1L << 43;

    /// <summary>A scalar as an integer, rounded to nearest.</summary>
    /// <param name="value">Finite, below 2^43 / n in magnitude.</param>
    /// <param name="clients">n: most clients of the sum, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not finite, or too large.</exception>
    public static ulong Encode(double value, int clients)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clients, 1);
        if (!(Math.Abs(value) < Limit / clients - Unit)) throw new ArgumentOutOfRangeException(nameof(value), value, $"A scalar in a sum of {clients} is below {Limit / clients} in magnitude.");
        return unchecked((ulong)(long)Math.Round(value / Unit));
    }

    /// <summary>A scalar, or a sum of some.</summary>
    public static double Decode(ulong value) => unchecked((long)value) * Unit;

    /// <summary>A client's weight as an integer.</summary>
    /// <param name="weight">w, <see cref="RingCodec.MinWeight"/> to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of range.</exception>
    public static ulong EncodeWeight(double weight) =>
        weight is >= RingCodec.MinWeight and <= 1 ? (ulong)Math.Round(weight / WeightUnit) : throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight is 2^-20 to 1.");

    /// <summary>A sum of weights.</summary>
    public static double DecodeWeight(ulong weight) => weight * WeightUnit;
}
