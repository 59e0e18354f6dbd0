using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Metrics.Readers;

/// <summary>The fraction of examples whose class is among the five with the largest scores.</summary>
public sealed class TopFiveReader : ITallyReader
{
    /// <inheritdoc/>
    public string Tally => TallyNames.TopFive;

    /// <inheritdoc/>
    public ImmutableArray<FigureInfo> Figures { get; } = [new("top5_accuracy", HigherIsBetter: true)];

    /// <inheritdoc/>
    public string? Complaint(Tally tally) => tally.Indices.Any(index => index > 1) ? "it has entries 0 and 1 only."
        : tally[0] < 0 || tally[0] > tally[1] ? $"{tally[0]} of {tally[1]} examples cannot be hits." : null;

    /// <inheritdoc/>
    public IEnumerable<Figure> Read(Tally tally, MetricSums sums, ImmutableArray<string> classes) =>
        tally[1] > 0 ? [new("top5_accuracy", tally[0] / tally[1])] : [];
}
