using System.Globalization;
using Federated.Core.Randomness;

namespace Federated.Core.Attacks;

/// <summary>How far alie moves the honest mean. Baruch, Baruch, Goldberg, "A Little Is Enough: Circumventing Defenses For Distributed Learning", NeurIPS 2019, algorithm 3, arXiv:1902.06156.</summary>
public static class LittleIsEnough
{
    /// <summary>z, the largest with Φ(z) ≤ (n - m - s) / (n - m), where s = ⌊n / 2 + 1⌋ - m honest clients make a majority with the attackers.</summary>
    /// <param name="updates">n, of a round.</param>
    /// <param name="attackers">m, of them.</param>
    /// <exception cref="ArgumentException">z is not above 0: with so few attackers a move that stays unnoticed is none.</exception>
    public static double Deviations(int updates, int attackers)
    {
        var honest = updates - attackers;
        var needed = updates / 2 + 1 - attackers;
        var share = (double)(honest - needed) / honest;
        if (attackers < 1 || needed < 1 || share is <= 0.5 or >= 1)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"attack: {attackers} attackers among {updates} updates a round have no z between 0 and infinity by alie's formula; set attack.deviations, for example to 1.5."), nameof(attackers));
        var (low, high) = (0.0, 10.0);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (Distribution(middle) <= share) low = middle;
            else high = middle;
        }
        return low;
    }

    // Φ by its series at 0 (Marsaglia, "Evaluating the Normal Distribution", Journal of Statistical Software 11(4), 2004); x is at least 0.
    private static double Distribution(double x)
    {
        var (sum, term) = (x, x);
        for (var i = 3; term > sum * 1e-17; i += 2) sum += term *= x * x / i;
        return 0.5 + sum * PortableMath.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
    }
}
