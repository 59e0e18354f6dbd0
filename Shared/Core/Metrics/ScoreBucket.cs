namespace Federated.Core.Metrics;

/// <summary>Scores as whole numbers in the same order: rounded to half precision (11 significant bits), so that a histogram of them stays small.</summary>
public static class ScoreBucket
{
    /// <summary>Buckets that there are.</summary>
    public const int Count = 1 << 16;

    private const int SignBit = 1 << 15;

    /// <summary>The bucket of a score, 0 to <see cref="Count"/> - 1. A larger score has the same or a larger one.</summary>
    /// <param name="score">Not NaN; beyond the range of half precision it counts as infinite.</param>
    /// <exception cref="ArgumentException">It is NaN.</exception>
    public static int Of(float score)
    {
        if (float.IsNaN(score)) throw new ArgumentException("NaN has no place in an order.", nameof(score));
        // Adding 0 makes 0 of -0: the two are equal, and must not have two buckets.
        var bits = BitConverter.HalfToUInt16Bits((Half)(score + 0f));
        // A number that rounds to -0 is nearer to 0 than the smallest half.
        if (bits == SignBit) bits = 0;
        // Sign and magnitude become one order: negative numbers turned round, below the positive ones.
        return (bits & SignBit) != 0 ? ~bits & 0xffff : bits | SignBit;
    }
}
