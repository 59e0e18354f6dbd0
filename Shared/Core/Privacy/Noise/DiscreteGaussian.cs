namespace Federated.Core.Privacy.Noise;

/// <summary>Discrete Gaussian noise: the integer x with probability proportional to exp(-x² / (2σ²)) (Canonne, Kamath, Steinke 2020, arXiv:2004.00010). For noise that each
/// client adds inside secure aggregation; see <see cref="Accounting.Events.DiscreteGaussianSumEvent"/>.</summary>
/// <remarks>Values come from a table and not by the paper's algorithms, which <see cref="ExactSampler"/> has and the tests compare with; they are within 2^-110 of the
/// distribution in total variation. Thread-safe.</remarks>
public sealed class DiscreteGaussian
{
    private readonly GaussianCells _cells;
    private readonly int _cellBits;   // a cell is 2^this integers

    /// <summary>Noise of one variance.</summary>
    /// <param name="variance">σ² in grid units, from 1/64 to 2^100; taken as the rational number that the double is.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public DiscreteGaussian(double variance)
    {
        if (variance is not (>= 1.0 / 64 and <= 1.2676506002282294e30))
            throw new ArgumentOutOfRangeException(nameof(variance), variance, "The variance must be 1/64 to 2^100 squared grid units.");
        var exact = Rational.Of(variance);
        _cellBits = Math.Max(0, (int)Math.Floor(Math.ILogB(variance) / 2.0) - GaussianCells.LogDeviation);
        _cells = new(new Rational(exact.Denominator, 2 * exact.Numerator).Times2ToThe(2 * _cellBits));
        Variance = variance;
    }

    /// <value>σ², the parameter; the variance itself is a little below it.</value>
    public double Variance { get; }

    /// <summary>Fills with independent noise.</summary>
    public void Fill(Span<long> noise, ISecureRandom random)
    {
        using var bits = new SecureBits(random);
        foreach (ref var value in noise) value = Draw(bits);
    }

    private long Draw(SecureBits bits)
    {
        while (true)
        {
            long magnitude = _cells.Cell(bits);
            if (_cellBits > 0)
            {
                var place = bits.NextUInt64() >> (64 - _cellBits);
                if (!_cells.Keeps((int)magnitude, place << (64 - _cellBits), whole: true, bits)) continue;
                magnitude = (magnitude << _cellBits) + (long)place;
            }
            var negative = bits.NextBit();
            if (magnitude > 0 || !negative) return negative ? -magnitude : magnitude;   // zero would come up twice
        }
    }
}
