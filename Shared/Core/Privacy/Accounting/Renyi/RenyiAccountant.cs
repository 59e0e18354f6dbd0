using System.Collections.Concurrent;
using System.Collections.Immutable;
using Federated.Core.Privacy.Accounting.Events;

namespace Federated.Core.Privacy.Accounting.Renyi;

/// <summary>Adds Renyi divergences up, order by order (Mironov 2017, Proposition 1), and turns them into (ε, δ).</summary>
internal static class RenyiAccountant
{
    /// <summary>The orders α that are looked at: 1.1 to 10.9 by tenths, 11 to 64, and 17 more up to 1024. Others could only give a smaller epsilon.</summary>
    public static readonly ImmutableArray<double> Orders =
    [
        .. Enumerable.Range(11, 99).Select(tenths => tenths / 10.0),
        .. Enumerable.Range(11, 54).Select(order => (double)order),
        72, 80, 88, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 1024,
    ];

    private const int MostCurves = 4096;
    private static readonly ConcurrentDictionary<PrivacyEvent, double[]> Curves = [];

    /// <summary>The divergence of a whole ledger at each order of <paramref name="orders"/>; infinite where nothing is known.</summary>
    public static double[] Divergences(PrivacyLedger ledger, ImmutableArray<double> orders)
    {
        var sums = new double[orders.Length];
        foreach (var (release, count) in ledger.Entries)
        {
            var curve = orders == Orders ? Known(release) : [.. orders.Select(Curve(release))];
            for (var i = 0; i < sums.Length; i++) sums[i] += count * curve[i];
        }
        return sums;
    }

    /// <summary>ε from δ: min over α of ρ(α) + log((α-1)/α) - log(δα)/(α-1). Canonne, Kamath, Steinke 2020 (arXiv:2004.00010), Proposition 12; Balle et al. 2020 (arXiv:1905.09982),
    /// Theorem 21. Where δ is at least √(1 - e^-ρ), a bound of the total variation distance by Bretagnolle and Huber, ε is 0.</summary>
    public static (double Epsilon, double? Order) Epsilon(ImmutableArray<double> orders, double[] divergences, double delta)
    {
        var (best, at) = (double.PositiveInfinity, (double?)null);
        for (var i = 0; i < orders.Length; i++)
        {
            var (order, divergence) = (orders[i], divergences[i]);
            if (double.IsInfinity(divergence)) continue;
            if (TotalVariation(divergence) <= delta) return (0, null);
            var epsilon = divergence + SpecialFunctions.Log1P(-1 / order) - Math.Log(delta * order) / (order - 1);
            if (epsilon < best) (best, at) = (epsilon, order);
        }
        return best <= 0 ? (0, null) : (best, at);
    }

    /// <summary>δ from ε, the same bounds the other way round.</summary>
    public static (double Delta, double? Order) Delta(ImmutableArray<double> orders, double[] divergences, double epsilon)
    {
        var (best, at) = (1.0, (double?)null);
        for (var i = 0; i < orders.Length; i++)
        {
            var (order, divergence) = (orders[i], divergences[i]);
            if (double.IsInfinity(divergence)) continue;
            var delta = Math.Exp((order - 1) * (divergence - epsilon + SpecialFunctions.Log1P(-1 / order)) - Math.Log(order));
            delta = Math.Min(delta, TotalVariation(divergence));
            if (delta < best) (best, at) = (delta, order);
        }
        return (best, at);
    }

    private static double TotalVariation(double divergence) => Math.Sqrt(-SpecialFunctions.ExpM1(-divergence));

    // A run asks for the same releases after every round, and those with sampling take milliseconds each. Forgotten all together, so that a process that lives for long does not grow.
    private static double[] Known(PrivacyEvent release)
    {
        if (Curves.Count > MostCurves) Curves.Clear();
        return Curves.GetOrAdd(release, static release => [.. Orders.Select(Curve(release))]);
    }

    private static Func<double, double> Curve(PrivacyEvent release) => release switch
    {
        GaussianEvent gaussian => Plain(gaussian.NoiseToSensitivity),
        TreeEvent tree => Plain(tree.NoiseToSensitivity),
        PoissonSampledEvent { SamplingRate: 0 } or FixedSizeEvent { SampleSize: 0 } => _ => 0,
        PoissonSampledEvent { SamplingRate: 1 } all => Plain(all.NoiseMultiplier),
        PoissonSampledEvent { NoiseMultiplier: 0 } or FixedSizeEvent { NoiseMultiplier: 0 } => _ => double.PositiveInfinity,
        PoissonSampledEvent sampled => order => GaussianRenyi.Sampled(sampled.SamplingRate, sampled.NoiseMultiplier, order),
        FixedSizeEvent all when all.SampleSize == all.Population => Plain(all.NoiseToSensitivity),
        FixedSizeEvent sampled => new FixedSizeRenyi(sampled.SamplingRate, sampled.NoiseToSensitivity).Divergence,
        DiscreteGaussianSumEvent sum => order => IntegerNoiseRenyi.DiscreteGaussianSum(sum, order),
        SkellamEvent skellam => order => IntegerNoiseRenyi.Skellam(skellam, order),
        _ => throw new ArgumentException($"No Renyi divergence is known of {release}.", nameof(release)),
    };

    private static Func<double, double> Plain(double sigma) => order => sigma == 0 ? double.PositiveInfinity : GaussianRenyi.Plain(sigma, order);
}
