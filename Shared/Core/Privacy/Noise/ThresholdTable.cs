using System.Numerics;

namespace Federated.Core.Privacy.Noise;

/// <summary>Draws from a finite distribution by comparing 128 uniform bits with its cumulative probabilities, each rounded to a multiple of 2^-128; so its total variation
/// distance from the distribution given is below n 2^-128 for n outcomes. Immutable.</summary>
internal sealed class ThresholdTable
{
    private const int GuideBits = 12;
    private readonly ulong[] _high;
    private readonly ulong[] _low;
    private readonly int[] _guide;   // for the top bits of a draw: the first outcome that it may be

    /// <summary>For outcomes 0 to n - 1.</summary>
    /// <param name="weights">One or more, at least 0 and not all 0, in any unit.</param>
    public ThresholdTable(IReadOnlyList<BigInteger> weights)
    {
        var total = weights.Aggregate(BigInteger.Zero, (sum, weight) => sum + weight);
        (_high, _low, _guide) = (new ulong[weights.Count], new ulong[weights.Count], new int[(1 << GuideBits) + 1]);
        var sum = BigInteger.Zero;
        for (var i = 0; i < weights.Count - 1; i++)
        {
            sum += weights[i];
            var threshold = (sum << 128) / total;
            if (threshold >> 128 == 1) threshold--;
            (_high[i], _low[i]) = ((ulong)(threshold >> 64), (ulong)(threshold & ulong.MaxValue));
        }
        (_high[^1], _low[^1]) = (ulong.MaxValue, ulong.MaxValue);   // never compared: the last outcome takes what is left
        for (var (slot, outcome) = (0, 0); slot < 1 << GuideBits; slot++)
        {
            while (outcome < weights.Count - 1 && _high[outcome] < (ulong)slot << (64 - GuideBits)) outcome++;
            _guide[slot] = outcome;
        }
        _guide[^1] = weights.Count - 1;
    }

    /// <summary>One outcome.</summary>
    public int Draw(SecureBits bits)
    {
        var draw = bits.NextUInt64();
        var slot = (int)(draw >> (64 - GuideBits));
        var (outcome, end) = (_guide[slot], _guide[slot + 1]);
        // The first outcome whose threshold has upper bits of at least the draw's.
        while (outcome < end)
        {
            var middle = (outcome + end) / 2;
            if (_high[middle] < draw) outcome = middle + 1;
            else end = middle;
        }
        if (_high[outcome] != draw || outcome == _high.Length - 1) return outcome;
        var rest = bits.NextUInt64();   // the lower 64 bits are needed once in 2^64 draws and outcomes
        while (outcome < _high.Length - 1 && _high[outcome] == draw && _low[outcome] <= rest) outcome++;
        return outcome;
    }
}
