namespace Federated.Core.Privacy.Noise;

/// <summary>Gaussian noise on the integers, without floating point in what decides a value: a continuous Gaussian, rounded to the nearest integer. Since rounding commutes with
/// the addition of integers, adding this noise to integers is a function of the continuous Gaussian mechanism's output, and everything that is
/// known of that one (sampling, composition, trees) holds without change.</summary>
/// <remarks>
/// The distance in total variation of a value from that distribution is below 2^-110 (see <see cref="GaussianCells"/>), so below 2^-70 for a trillion values: nothing beside any δ.
/// The time that a draw takes depends on the noise, not on what it is added to. Thread-safe; every call draws from the source it is given.
/// </remarks>
public sealed class GridGaussian
{
    private readonly GaussianCells _cells;
    private readonly int _fractionBits;   // of a place, whose unit is 2^-64 cells, below the grid's unit

    /// <summary>Noise of one standard deviation; builds the table that the draws use, some milliseconds' work.</summary>
    /// <param name="sigma">σ in grid units, of the continuous Gaussian before rounding, from 1 to 2^50.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public GridGaussian(double sigma)
    {
        if (sigma is not (>= 1 and <= 1L << 50)) throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "The standard deviation must be 1 to 2^50 grid units.");
        var exponent = Math.ILogB(sigma) - GaussianCells.LogDeviation;   // a cell is 2^exponent grid units
        var exact = Rational.Of(sigma);
        _cells = new(new Rational(exact.Denominator * exact.Denominator, 2 * exact.Numerator * exact.Numerator).Times2ToThe(2 * exponent));
        (Sigma, _fractionBits) = (sigma, 64 - exponent);
    }

    /// <value>σ in grid units.</value>
    public double Sigma { get; }

    /// <summary>Fills with independent noise.</summary>
    public void Fill(Span<long> noise, ISecureRandom random)
    {
        using var bits = new SecureBits(random);
        var half = UInt128.One << (_fractionBits - 1);
        foreach (ref var value in noise)
        {
            var (cell, place) = (_cells.Cell(bits), bits.NextUInt64());
            while (!_cells.Keeps(cell, place, whole: false, bits)) (cell, place) = (_cells.Cell(bits), bits.NextUInt64());
            // Bits of the place beyond the 64th cannot move it over a half.
            var magnitude = (long)((new UInt128((ulong)cell, place) + half) >> _fractionBits);
            value = bits.NextBit() ? -magnitude : magnitude;
        }
    }
}
