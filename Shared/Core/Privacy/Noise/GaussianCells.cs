using System.Numerics;

namespace Federated.Core.Privacy.Noise;

/// <summary>Half a Gaussian, sampled by cells: the magnitude's cell k of width 1 is drawn from a table with weights e^(-c k²), a place u in it is uniform, and the two are kept with
/// probability e^(-c u (2k + u)), which makes them e^(-c (k+u)²). Whether to keep is decided by integers: bounds in 64 bits settle all but about one in a million,
/// the rest takes as many more bits as it needs. Where u is one of finitely many multiples of 2^-m this is the discrete Gaussian, where it is real the
/// continuous one.</summary>
/// <remarks>
/// The table ends where a cell's weight falls below 2^-140. The distance in total variation of a draw from the true distribution is below 2^-110: what the table cuts off and
/// rounds, 8000 cells at most, and at most twice that after rejection. Everything else is exact. Immutable.
/// </remarks>
internal sealed class GaussianCells
{
    /// <summary>Finer cells would make the table large, coarser ones the rejection frequent: standard deviations in cells are from 2^8 to 2^9.</summary>
    public const int LogDeviation = 8;

    private const int TableBits = 224;
    private const int CutBits = 140;
    private readonly Rational _c;
    private readonly ulong _scaledC;   // c 2^80, rounded down
    private readonly ThresholdTable _table;

    /// <summary>For one width.</summary>
    /// <param name="c">1 / (2σ²), σ in cells; any above 0 for whole cells alone, below 2^-16 for <see cref="Keeps(int, ulong, bool, SecureBits)"/>.</param>
    public GaussianCells(Rational c)
    {
        _c = c;
        _scaledC = (ulong)BigInteger.Min(c.Scaled(80), ulong.MaxValue);
        // w(k+1) = w(k) e^(-c (2k+1)), and the factor shrinks by e^(-2c) each time.
        var (weights, weight, factor) = (new List<BigInteger>(), BigInteger.One << TableBits, ExponentialSeries.Minus(c, TableBits));
        var shrink = (factor * factor) >> TableBits;
        for (; weight >> (TableBits - CutBits) > 0; weight = (weight * factor) >> TableBits, factor = (factor * shrink) >> TableBits) weights.Add(weight);
        _table = new(weights);
    }

    /// <summary>Draws a cell.</summary>
    public int Cell(SecureBits bits) => _table.Draw(bits);

    /// <summary>Whether to keep a place.</summary>
    /// <param name="cell">k.</param>
    /// <param name="place">u 2^64: all of u, or its first 64 bits.</param>
    /// <param name="whole">True when that is all of u.</param>
    /// <param name="bits">Source of the decision, and of further bits of u.</param>
    public bool Keeps(int cell, ulong place, bool whole, SecureBits bits) => Keeps(cell, place, whole, bits.NextUInt64(), bits);

    /// <summary>The same with the first 64 bits of the uniform number that decides.</summary>
    internal bool Keeps(int cell, ulong place, bool whole, ulong uniform, SecureBits bits)
    {
        // γ = c u (2k + u) in units of 2^-64, each step rounded down: (2k + u) 2^48, times u, times c. The error is below 8 units.
        var sum = ((ulong)(2 * cell) << 48) + (place >> 16);
        var gamma = Math.BigMul(_scaledC, Math.BigMul(sum, place, out _), out _);
        if (uniform > gamma + 16) return true;   // 1 - e^-γ is below γ
        var half = Math.BigMul(gamma, gamma, out _) >> 1;
        if (gamma > half + 32 && uniform < gamma - half - 32) return false;   // and above γ - γ²/2
        if (uniform > gamma - half + Math.BigMul(gamma, half, out _) / 3 + 64) return true;   // and below γ - γ²/2 + γ³/6
        return !BelowOneMinusExp(cell, place, whole, uniform, bits);
    }

    // Whether a uniform number is below 1 - e^-γ, of both of which only the first bits are known; more are drawn until the intervals part.
    private bool BelowOneMinusExp(int cell, BigInteger place, bool whole, BigInteger uniform, SecureBits bits)
    {
        for (var known = 64; ; known += 64)
        {
            var precision = known + 64;
            var low = ExponentialSeries.OneMinusExp(Gamma(cell, place, known, precision), precision) - (1 << 12);
            var high = ExponentialSeries.OneMinusExp(Gamma(cell, whole ? place : place + 1, known, precision) + 1, precision) + (1 << 12);
            if ((uniform + 1) << 64 <= low) return true;
            if (uniform << 64 >= high) return false;
            uniform = (uniform << 64) | bits.NextUInt64();
            place = (place << 64) | (whole ? 0 : bits.NextUInt64());
        }
    }

    private BigInteger Gamma(int cell, BigInteger place, int known, int precision) =>
        ((_c.Numerator * place * (((BigInteger)(2 * cell) << known) + place)) << precision) / (_c.Denominator << (2 * known));
}
