using Federated.Core.Metrics;
using Federated.V1;
using Figure = Federated.V1.Figure;

namespace Federated.Cli.Watching;

/// <summary>Means of the sums that travel; null where nothing was measured or the mean is no number.</summary>
internal static class MetricsReading
{
    /// <summary>A round's accuracy, of its evaluation or of other sums; null where hits have no meaning.</summary>
    public static double? AccuracyOf(this RoundReport round, Metrics? metrics) =>
        round.Headline.Count == 0 || round.Headline.Contains(Figures.Accuracy) ? metrics.Accuracy() : null;

    /// <summary>The objective's own figure to look at first, beside accuracy and loss; null where it has none.</summary>
    public static string? OwnHeadline(this RoundReport round) => round.Headline.FirstOrDefault(name => name is not (Figures.Accuracy or Figures.Loss));

    /// <summary>The value of a figure; null where it is undefined or was not measured.</summary>
    public static double? Value(this IEnumerable<Figure> figures, string name) =>
        figures.Where(figure => figure.Name == name && double.IsFinite(figure.Value)).Select(figure => (double?)figure.Value).FirstOrDefault();

    /// <summary>Whether a figure is about one class of several.</summary>
    public static bool IsOfOneClass(this Figure figure) => figure.Name.Contains('/', StringComparison.Ordinal);

    public static double? Accuracy(this Metrics? metrics) => metrics is { Examples: > 0 } ? (double)metrics.Correct / metrics.Examples : null;

    public static double? MeanLoss(this Metrics? metrics) =>
        metrics is { Examples: > 0 } && double.IsFinite(metrics.LossSum) ? metrics.LossSum / metrics.Examples : null;
}
