using System.Collections.Concurrent;
using Federated.Core.Privacy.Accounting.Events;

namespace Federated.Core.Privacy.Accounting.LossDistributions;

/// <summary>Privacy of a ledger by loss distributions. Gaussian mechanisms without sampling are one Gaussian mechanism, so a ledger of them alone is reckoned exactly
/// (<see cref="AnalyticGaussian"/>); otherwise both directions of a neighbourhood are composed, and the worse one counts.</summary>
internal static class LossAccountant
{
    private const int MostFound = 1024;

    // A run asks of the same ledger before a round, at its end and for what it says of it. Forgotten all together, so that a process that lives for long does not grow.
    private static readonly ConcurrentDictionary<(PrivacyLedger Ledger, double Delta), double> Found = [];

    /// <summary>Why a ledger is not for this accountant, in one sentence; null when it is.</summary>
    public static string? Refusal(PrivacyLedger ledger) =>
        ledger.Entries.Select(entry => entry.Event).FirstOrDefault(release => release is DiscreteGaussianSumEvent or SkellamEvent) is { } noise
            ? $"No privacy loss distribution is known of {(noise is SkellamEvent ? "Skellam noise in many dimensions" : "sums of discrete Gaussians")}: use the renyi accountant."
            : null;

    /// <summary>The smallest ε for a δ of at least <see cref="ComposedLoss.LeastDelta"/>.</summary>
    public static double Epsilon(PrivacyLedger ledger, double delta)
    {
        if (Found.Count > MostFound) Found.Clear();
        return Found.GetOrAdd((ledger, delta), static asked => Reckoned(asked.Ledger, asked.Delta));
    }

    private static double Reckoned(PrivacyLedger ledger, double delta)
    {
        var (inverse, sampled, boundless) = Read(ledger);
        if (boundless) return double.PositiveInfinity;
        if (sampled.Count > 0) return Losses(ledger.Entries[0].Event.Adjacency, inverse, sampled).Max(loss => loss.Epsilon(delta));
        return inverse == 0 ? 0 : AnalyticGaussian.Epsilon(1 / Math.Sqrt(inverse), delta);
    }

    /// <summary>The smallest δ for an ε.</summary>
    public static double Delta(PrivacyLedger ledger, double epsilon)
    {
        var (inverse, sampled, boundless) = Read(ledger);
        if (boundless) return 1;
        if (sampled.Count > 0) return Losses(ledger.Entries[0].Event.Adjacency, inverse, sampled).Max(loss => loss.Delta(epsilon));
        return inverse == 0 ? 0 : AnalyticGaussian.Delta(1 / Math.Sqrt(inverse), epsilon);
    }

    // The sum of 1/σ² of everything without sampling, what is sampled, and whether anything has no noise at all.
    private static (double Inverse, List<SampledRelease> Sampled, bool Boundless) Read(PrivacyLedger ledger)
    {
        var (inverse, sampled, boundless) = (0.0, new List<SampledRelease>(), false);
        foreach (var (release, count) in ledger.Entries)
        {
            var (rate, sigma) = release switch
            {
                GaussianEvent gaussian => (1, gaussian.NoiseToSensitivity),
                TreeEvent tree => (1, tree.NoiseToSensitivity),
                PoissonSampledEvent poisson => (poisson.SamplingRate, poisson.NoiseMultiplier),
                FixedSizeEvent fixedSize => (fixedSize.SamplingRate, fixedSize.NoiseToSensitivity),
                _ => throw new ArgumentException($"No loss distribution is known of {release}.", nameof(ledger)),
            };
            if (rate == 0) continue;
            if (sigma == 0) boundless = true;
            else if (rate == 1) inverse += count / (sigma * sigma);
            else sampled.Add(new(rate, sigma, count));
        }
        return (inverse, sampled, boundless);
    }

    private static IEnumerable<ComposedLoss> Losses(Adjacency adjacency, double inverse, List<SampledRelease> sampled)
    {
        LossDirection[] directions = adjacency == Adjacency.ReplaceOne ? [LossDirection.Replace] : [LossDirection.Remove, LossDirection.Add];
        List<SampledRelease> all = inverse == 0 ? sampled : [.. sampled, new(1, 1 / Math.Sqrt(inverse), 1)];
        return directions.Select(direction => ComposedLoss.Of(all, direction));
    }
}
