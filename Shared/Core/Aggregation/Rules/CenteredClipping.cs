using Federated.Core.Aggregation.Vectors;

namespace Federated.Core.Aggregation.Rules;

/// <summary>Centered clipping. Karimireddy, He, Jaggi, "Learning from History for Byzantine Robust Optimization", ICML 2021, algorithm 2, arXiv:2012.10333.</summary>
/// <remarks>v ← v + (1 / n) Σ (x_i - v) min(1, τ / ‖x_i - v‖), some steps from what the last round came to. Updates count alike. Deviation: the paper's x_i are the workers' momenta; here they are the job's updates.</remarks>
/// <param name="radius">τ, above 0.</param>
/// <param name="steps">L, at least 1.</param>
internal sealed class CenteredClipping(double radius, int steps) : IRobustRule
{
    /// <inheritdoc/>
    public void Combine(RuleInput updates, Memory<float> result)
    {
        updates.Center.CopyTo(result);
        var count = updates.Vectors.Length;
        for (var step = 0; step < steps; step++)
        {
            double[] shares = [.. Products.SquaredDistances(updates.Vectors, result, updates.Threads).Select(square => square > radius * radius ? radius / Math.Sqrt(square) / count : 1.0 / count)];
            LinearSum.Of([1 - shares.Sum(), .. shares], [result, .. updates.Vectors], result, updates.Threads);
        }
    }
}
