using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Metrics.Readers;

/// <summary>How often an attacker's trigger works: the fraction of test examples of other classes that are taken for the attacker's class once they have the trigger.</summary>
public sealed class BackdoorReader : ITallyReader
{
    /// <inheritdoc/>
    public string Tally => TallyNames.Backdoor;

    /// <inheritdoc/>
    public ImmutableArray<FigureInfo> Figures { get; } = [new("backdoor", HigherIsBetter: false)];

    /// <inheritdoc/>
    public string? Complaint(Tally tally) => tally.Indices.Any(index => index > 1) ? "it has entries 0 and 1 only."
        : tally[0] < 0 || tally[0] > tally[1] ? $"{tally[0]} of {tally[1]} triggers cannot have worked." : null;

    /// <inheritdoc/>
    public IEnumerable<Figure> Read(Tally tally, MetricSums sums, ImmutableArray<string> classes) =>
        tally[1] > 0 ? [new("backdoor", tally[0] / tally[1])] : [];
}
