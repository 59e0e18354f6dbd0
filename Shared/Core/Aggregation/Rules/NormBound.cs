using Federated.Core.Aggregation.Vectors;

namespace Federated.Core.Aggregation.Rules;

/// <summary>Norm bounding behind <see cref="Buckets"/>: as <see cref="BoundedMean"/>, of vectors that are there together.</summary>
/// <param name="bound">M, above 0.</param>
internal sealed class NormBound(double bound) : IRobustRule
{
    /// <inheritdoc/>
    public void Combine(RuleInput updates, Memory<float> result)
    {
        var total = updates.Weights.Sum();
        double[] factors = [.. updates.Vectors.Select((values, i) => updates.Weights[i] / total / Math.Max(1, Math.Sqrt(Products.SquaredNorm(values, updates.Threads)) / bound))];
        LinearSum.Of(factors, updates.Vectors, result, updates.Threads);
    }
}
