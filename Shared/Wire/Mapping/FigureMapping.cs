using System.Collections.Immutable;
using Federated.Core.Metrics;
using Federated.V1;
using CoreFigure = Federated.Core.Metrics.Figure;

namespace Federated.Wire.Mapping;

/// <summary>What an evaluation came to, between its wire form and Core's.</summary>
public static class FigureMapping
{
    /// <summary>The wire form of figures, in their order.</summary>
    public static IEnumerable<V1.Figure> ToProto(this IEnumerable<CoreFigure> figures) =>
        figures.Select(figure => new V1.Figure { Name = figure.Name, Value = figure.Value });

    /// <summary>Figures out of their wire form. Those that are not finite are left out.</summary>
    public static ImmutableArray<CoreFigure> ToFigures(this IEnumerable<V1.Figure> figures) =>
        [.. figures.Where(figure => double.IsFinite(figure.Value)).Select(figure => new CoreFigure(figure.Name, figure.Value))];

    /// <summary>The wire form.</summary>
    public static Confusion ToProto(this ConfusionMatrix matrix) => new() { Classes = { matrix.Classes }, Counts = { matrix.Counts.Select(count => (ulong)count) } };
}
