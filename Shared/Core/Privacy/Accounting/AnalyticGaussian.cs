namespace Federated.Core.Privacy.Accounting;

/// <summary>The exact privacy of one Gaussian mechanism: Balle and Wang, "Improving the Gaussian mechanism for differential privacy", ICML 2018 (arXiv:1805.06530),
/// Theorem 8. Gaussian mechanisms in succession are one with 1/σ² the sum of theirs, so this is exact for them too.</summary>
internal static class AnalyticGaussian
{
    /// <summary>δ(ε) = Φ(Δ/2σ - εσ/Δ) - e^ε Φ(-Δ/2σ - εσ/Δ).</summary>
    /// <param name="noise">σ / Δ, above 0.</param>
    /// <param name="epsilon">ε, any finite number.</param>
    public static double Delta(double noise, double epsilon)
    {
        var first = SpecialFunctions.LogNormal(0.5 / noise - epsilon * noise);
        var second = epsilon + SpecialFunctions.LogNormal(-0.5 / noise - epsilon * noise);
        return Math.Exp(SpecialFunctions.LogSubtract(first, Math.Min(first, second)));
    }

    /// <summary>The least ε of at least 0 with δ(ε) at most a given one, by bisection; exact to a relative 1e-12, rounded up.</summary>
    public static double Epsilon(double noise, double delta)
    {
        if (Delta(noise, 0) <= delta) return 0;
        var (low, high) = (0.0, 1.0);
        while (Delta(noise, high) > delta) (low, high) = (high, 2 * high);
        while (high - low > 1e-12 * high)
        {
            var middle = (low + high) / 2;
            if (Delta(noise, middle) > delta) low = middle;
            else high = middle;
        }
        return high;
    }
}
