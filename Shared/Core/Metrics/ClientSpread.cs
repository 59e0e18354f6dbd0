using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Metrics;

/// <summary>How differently a model, or each client's own, does for single clients: of their accuracies, or of their mean losses where hits have no meaning. Each client counts alike, whatever its examples.</summary>
/// <param name="Clients">That were measured, at least 1.</param>
/// <param name="OfLoss">Whether it is of losses, of which the worst are the highest; else of accuracies.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="WorstTenth">Mean of the worst tenth of them, rounded up.</param>
/// <param name="Variance">Mean square of what they differ from their mean (divided by their number).</param>
/// <param name="MeanDifference">Mean magnitude of x_i - x_j over all pairs (i, j), those of a client with itself among them.</param>
public sealed record ClientSpread(int Clients, bool OfLoss, double Mean, double WorstTenth, double Variance, double MeanDifference)
{
    /// <summary>Whether <see cref="Gini"/> is defined.</summary>
    public bool HasGini => Mean > 0;

    /// <summary>Gini's coefficient, mean difference / (2 mean): 0 where all clients fare alike, towards 1 where one has everything.</summary>
    /// <exception cref="InvalidOperationException">The mean is not above 0.</exception>
    public double Gini => HasGini ? MeanDifference / (2 * Mean) : throw new InvalidOperationException("Gini's coefficient is undefined where the mean is not above 0.");

    /// <summary>Of what clients measured.</summary>
    /// <param name="clients">A client each, in an order that does not depend on timing.</param>
    /// <param name="ofLoss">Whether losses are compared, not accuracies.</param>
    /// <returns>null without clients.</returns>
    /// <exception cref="InvalidOperationException">A client has no examples.</exception>
    public static ClientSpread? Of(ImmutableArray<MetricSums> clients, bool ofLoss)
    {
        if (clients.IsEmpty) return null;
        var (ascending, count) = (clients.Select(client => ofLoss ? client.Loss : client.Accuracy).Order().ToArray(), clients.Length);
        var (mean, worst) = (ascending.Average(), (count + 9) / 10);
        // The gap behind the k-th of n in order lies between k (n - k) pairs.
        var differences = Enumerable.Range(1, count - 1).Sum(k => (double)k * (count - k) * (ascending[k] - ascending[k - 1]));
        return new(count, ofLoss, mean, (ofLoss ? ascending[^worst..] : ascending[..worst]).Average(), ascending.Sum(value => (value - mean) * (value - mean)) / count,
            2 * differences / count / count);
    }
}
