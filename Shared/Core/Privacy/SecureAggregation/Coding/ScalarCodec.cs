namespace Federated.Core.Privacy.SecureAggregation.Coding;

/// <summary>Fixed-point numbers of 64 bits: weights, counts and sums of metrics that are masked behind the values.</summary>
/// <remarks>A scalar is a multiple of 2^-20; the sum over all clients must stay below 2^43 in magnitude, so each client's below 2^43 / n. A client's weight is a multiple of 2^-40 instead, below 2^23 in sum.</remarks>
public static class ScalarCodec
{
    /// <summary>2^-20: the unit of a scalar.</summary>
    public const double Unit = 1.0 / (1 << 20);

    /// <summary>2^-40: the unit of a weight.</summary>
    public const double WeightUnit = 1.0 / (1L << 40);

    /// <summary>A scalar as an integer, rounded to nearest.</summary>
    /// <param name="value">Finite, below 2^43 / n in magnitude.</param>
    /// <param name="clients">n: most clients of the sum.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not finite, or too large.</exception>
    public static ulong Encode(double value, int clients) => throw new NotImplementedException();

    /// <summary>A scalar, or a sum of some.</summary>
    public static double Decode(ulong value) => throw new NotImplementedException();

    /// <summary>A client's weight as an integer.</summary>
    /// <param name="weight">w, <see cref="RingCodec.MinWeight"/> to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of range.</exception>
    public static ulong EncodeWeight(double weight) => throw new NotImplementedException();

    /// <summary>A sum of weights.</summary>
    public static double DecodeWeight(ulong weight) => throw new NotImplementedException();
}
