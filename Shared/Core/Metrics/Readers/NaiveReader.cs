using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Metrics.Readers;

/// <summary>Root of the mean squared error of forecasts that need no model: the last value goes on, or that of a season before comes again (Hyndman and Athanasopoulos,
/// "Forecasting: Principles and Practice", section 5.2). A model that is not better has learnt nothing.</summary>
public sealed class NaiveReader : ITallyReader
{
    /// <inheritdoc/>
    public string Tally => TallyNames.Naive;

    /// <inheritdoc/>
    public ImmutableArray<FigureInfo> Figures { get; } = [new("naive_rmse", HigherIsBetter: false), new("seasonal_naive_rmse", HigherIsBetter: false)];

    /// <inheritdoc/>
    public string? Complaint(Tally tally) => tally.Indices.Any(index => index > 3) ? "it has entries 0 to 3 only."
        : tally.Values.Any(value => value < 0) ? "a count or a sum of squares is negative." : null;

    /// <inheritdoc/>
    public IEnumerable<Figure> Read(Tally tally, MetricSums sums, ImmutableArray<string> classes)
    {
        if (tally[0] > 0) yield return new("naive_rmse", Math.Sqrt(tally[1] / tally[0]));
        if (tally[2] > 0) yield return new("seasonal_naive_rmse", Math.Sqrt(tally[3] / tally[2]));
    }
}
