using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Metrics.Readers;

/// <summary>Mean absolute error, root of the mean squared error, and the coefficient of determination 1 - sum of e² / sum of (y - mean y)², over all outputs of all
/// examples together. The last one is undefined, and left out, where the targets do not vary.</summary>
public sealed class RegressionReader : ITallyReader
{
    // Of a double: 2^-52.
    private const double Epsilon = 2.220446049250313e-16;

    /// <inheritdoc/>
    public string Tally => TallyNames.Regression;

    /// <inheritdoc/>
    public ImmutableArray<FigureInfo> Figures { get; } = [new("mae", HigherIsBetter: false), new("rmse", HigherIsBetter: false), new("r2", HigherIsBetter: true)];

    /// <inheritdoc/>
    public string? Complaint(Tally tally) => tally.Indices.Any(index => index > 4) ? "it has entries 0 to 4 only."
        : tally[0] < 0 || tally[1] < 0 || tally[2] < 0 || tally[4] < 0 ? "a count or a sum of squares or magnitudes is negative." : null;

    /// <inheritdoc/>
    public IEnumerable<Figure> Read(Tally tally, MetricSums sums, ImmutableArray<string> classes)
    {
        var (count, absolute, squared, targets, targetsSquared) = (tally[0], tally[1], tally[2], tally[3], tally[4]);
        if (count <= 0) yield break;
        yield return new("mae", absolute / count);
        yield return new("rmse", Math.Sqrt(squared / count));
        // The difference of two sums, each rounded up to once an addend: what is not above that is no variation.
        var variation = targetsSquared - (targets / count * targets);
        if (variation > count * Epsilon * targetsSquared) yield return new("r2", 1 - (squared / variation));
    }
}
