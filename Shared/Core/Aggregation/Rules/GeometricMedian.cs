using Federated.Core.Aggregation.Vectors;

namespace Federated.Core.Aggregation.Rules;

/// <summary>The geometric median, argmin_v Σ α_k ‖v - w_k‖. Pillutla, Kakade, Harchaoui, "Robust Aggregation for Federated Learning" (RFA), IEEE Transactions on Signal Processing 70, 2022,
/// the smoothed Weiszfeld algorithm, arXiv:1912.13445.</summary>
/// <remarks>α_k is the client's share of the weights, as in the paper: what an attacker can move is limited while attackers have less than half of the weight. v starts at the mean; a step makes it
/// Σ β_k w_k / Σ β_k with β_k = α_k / max(ν, ‖v - w_k‖). Deviation: as many steps as it takes (the paper stops after few, since each costs it a round of communication): until a step moves v by less than
/// 10^-6 of the middle distance to the w_k, or the limit.</remarks>
/// <param name="steps">Most steps, at least 1.</param>
/// <param name="smoothing">ν, above 0.</param>
internal sealed class GeometricMedian(int steps, double smoothing) : IRobustRule
{
    private const double Still = 1e-6;

    /// <inheritdoc/>
    public void Combine(RuleInput updates, Memory<float> result)
    {
        var (vectors, weights) = (updates.Vectors, updates.Weights);
        var total = weights.Sum();
        LinearSum.Of([.. weights.Select(weight => weight / total)], vectors, result, updates.Threads);
        var before = new float[result.Length];
        for (var step = 0; step < steps; step++)
        {
            double[] distances = [.. Products.SquaredDistances(vectors, result, updates.Threads).Select(Math.Sqrt)];
            double[] factors = [.. distances.Select((distance, k) => weights[k] / total / Math.Max(smoothing, distance))];
            var sum = factors.Sum();
            result.CopyTo(before);
            LinearSum.Of([.. factors.Select(factor => factor / sum)], vectors, result, updates.Threads);
            // The middle distance: attackers may be as far off as they like.
            if (Math.Sqrt(Products.SquaredDistances([before], result, updates.Threads)[0]) <= Still * distances.Order().ElementAt(distances.Length / 2)) return;
        }
    }
}
