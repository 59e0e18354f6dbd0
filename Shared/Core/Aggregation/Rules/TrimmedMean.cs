using System.Runtime.Intrinsics;
using Federated.Core.Aggregation.Vectors;

namespace Federated.Core.Aggregation.Rules;

/// <summary>The mean of each value without the f largest and the f smallest: β = f / n. Yin, Chen, Ramchandran, Bartlett, "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates", ICML 2018,
/// definition 2 and algorithm 1 with option II, arXiv:1803.01498. Updates count alike.</summary>
/// <param name="attackers">f, at least 0; there are more than 2 f updates.</param>
internal sealed class TrimmedMean(int attackers) : IRobustRule
{
    /// <inheritdoc/>
    public void Combine(RuleInput updates, Memory<float> result) => Columns.Fold(new Inner(attackers), updates.Vectors, result, updates.Threads);

    private readonly struct Inner(int trimmed) : IColumnRule
    {
        public Vector256<float> Fold(ReadOnlySpan<Vector256<float>> sorted) => Columns.Mean(sorted[trimmed..^trimmed]);
    }
}
