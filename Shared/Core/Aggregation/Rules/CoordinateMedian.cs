using System.Runtime.Intrinsics;
using Federated.Core.Aggregation.Vectors;

namespace Federated.Core.Aggregation.Rules;

/// <summary>The median of each value. Yin, Chen, Ramchandran, Bartlett, "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates", ICML 2018, definition 1 and algorithm 1 with option I,
/// arXiv:1803.01498. Updates count alike.</summary>
internal sealed class CoordinateMedian : IRobustRule
{
    /// <inheritdoc/>
    public void Combine(RuleInput updates, Memory<float> result) => Columns.Fold(default(Middle), updates.Vectors, result, updates.Threads);

    private readonly struct Middle : IColumnRule
    {
        public Vector256<float> Fold(ReadOnlySpan<Vector256<float>> sorted) => Columns.Median(sorted);
    }
}
