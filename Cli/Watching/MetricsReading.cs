using Federated.V1;

namespace Federated.Cli.Watching;

/// <summary>Means of the sums that travel; null where nothing was measured or the mean is no number.</summary>
internal static class MetricsReading
{
    public static double? Accuracy(this Metrics? metrics) => metrics is { Examples: > 0 } ? (double)metrics.Correct / metrics.Examples : null;

    public static double? MeanLoss(this Metrics? metrics) =>
        metrics is { Examples: > 0 } && double.IsFinite(metrics.LossSum) ? metrics.LossSum / metrics.Examples : null;
}
