using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Metrics;

/// <summary>What an evaluation came to.</summary>
/// <param name="Sums">Loss and hits.</param>
/// <param name="Figures">What its tallies came to; each name once.</param>
public sealed record Measurement(MetricSums Sums, ImmutableArray<Figure> Figures)
{
    /// <summary>A figure, the accuracy or the mean loss, by its name; null where it is undefined or was not measured.</summary>
    public double? Value(string name) => name switch
    {
        Metrics.Figures.Accuracy => Sums.Examples > 0 ? Sums.Accuracy : null,
        Metrics.Figures.Loss => Sums.Examples > 0 ? Sums.Loss : null,
        _ => Figures.Where(figure => figure.Name == name).Select(figure => (double?)figure.Value).FirstOrDefault(),
    };
}
