using Federated.Core.Algorithms;
using Federated.V1;

namespace Federated.Wire.Mapping;

/// <summary>Metrics between their wire form and <see cref="MetricSums"/>.</summary>
public static class MetricsMapping
{
    /// <summary>Largest number of examples that a peer may claim: 2^40. Counts of a million updates still add up in 64 bits.</summary>
    public const long MaxExamples = 1L << 40;

    // The sum over a million updates stays finite.
    private const double MaxLossSum = 1e300;

    /// <summary>The wire form.</summary>
    public static Metrics ToProto(this MetricSums sums) =>
        new() { Examples = checked((ulong)sums.Examples), LossSum = sums.LossSum, Correct = checked((ulong)sums.Correct) };

    /// <summary>Reads what a peer sent.</summary>
    /// <returns>Null when the sums can be used; else why not.</returns>
    public static UploadRefusal? Read(Metrics? metrics, out MetricSums sums)
    {
        sums = default;
        if (metrics is null) return new(Refusal.Malformed, "The metrics are missing.");
        if (!double.IsFinite(metrics.LossSum)) return new(Refusal.NotFinite, "The sum of losses is not a finite number; the training diverged.");
        if (Math.Abs(metrics.LossSum) > MaxLossSum) return new(Refusal.OutOfRange, "The sum of losses is above 1e300.");
        if (metrics.Examples > MaxExamples)
            return new(Refusal.Malformed, $"Metrics over {metrics.Examples} examples; at most {MaxExamples} are allowed.");
        if (metrics.Correct > metrics.Examples) return new(Refusal.Malformed, $"{metrics.Correct} of {metrics.Examples} examples cannot be right.");
        if (metrics.Examples == 0 && metrics.LossSum != 0) return new(Refusal.Malformed, "A sum of losses over no examples is not 0.");
        sums = new((long)metrics.Examples, metrics.LossSum, (long)metrics.Correct);
        return null;
    }
}
