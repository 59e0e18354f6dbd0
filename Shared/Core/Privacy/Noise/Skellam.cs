using System.Numerics;

namespace Federated.Core.Privacy.Noise;

/// <summary>Skellam noise: the difference of two independent Poisson variables of mean μ / 2 (Agarwal, Kairouz, Liu 2021, arXiv:2110.04995). Sums of Skellam noises are
/// Skellam.</summary>
/// <remarks>Both Poisson variables come from a table of probabilities, cut where they are 2^-140 of the largest and rounded to 2^-128: within 2^-108 of the distribution in total
/// variation. Thread-safe.</remarks>
public sealed class Skellam
{
    private const int TableBits = 224;
    private const int CutBits = 140;
    private readonly ThresholdTable _table;

    /// <summary>Noise of one variance; builds a table of some 20 standard deviations.</summary>
    /// <param name="variance">μ in grid units, above 0 and at most 2^24.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public Skellam(double variance)
    {
        if (variance is not (> 0 and <= 1 << 24)) throw new ArgumentOutOfRangeException(nameof(variance), variance, "The variance must be above 0 and at most 2^24.");
        Variance = variance;
        var mean = Rational.Of(variance / 2);
        var mode = (int)(mean.Numerator / mean.Denominator);
        // From the mode both ways: p(k+1) = p(k) λ / (k+1). The largest probability is the unit, since the table divides by their sum.
        var weights = new LinkedList<BigInteger>();
        var weight = BigInteger.One << TableBits;
        for (var k = mode; k >= 0 && weight >> (TableBits - CutBits) > 0; k--)
        {
            weights.AddFirst(weight);
            weight = weight * k * mean.Denominator / mean.Numerator;
        }
        weight = (BigInteger.One << TableBits) * mean.Numerator / (mean.Denominator * (mode + 1));
        for (var k = mode + 1; weight >> (TableBits - CutBits) > 0; k++)
        {
            weights.AddLast(weight);
            weight = weight * mean.Numerator / (mean.Denominator * (k + 1));
        }
        _table = new([.. weights]);
    }

    /// <value>μ.</value>
    public double Variance { get; }

    /// <summary>Fills with independent noise.</summary>
    public void Fill(Span<long> noise, ISecureRandom random)
    {
        using var bits = new SecureBits(random);
        foreach (ref var value in noise) value = _table.Draw(bits) - _table.Draw(bits);   // the table's first outcome is the same on both sides
    }
}
