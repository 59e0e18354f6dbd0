using System.Collections.Immutable;

namespace Federated.Core.Algorithms;

/// <summary>What a round's server half knows beside the mean. In ordinal order of clients, so that sums over them have the same bits on every coordinator.</summary>
/// <param name="Updates">The updates that count, by client; at least one but under differential privacy, whose lots may miss all, and none of a masked round, of which only <see cref="Sums"/> are known.</param>
/// <param name="Clients">N: how many clients could have been asked, at least as many as were.</param>
public sealed record RoundFacts(ImmutableSortedDictionary<string, UpdateFacts> Updates, int Clients)
{
    /// <value>Of a masked round, what its updates say together; else null.</value>
    public RoundSums? Sums { get; init; }

    /// <value>How many updates count, at least 1.</value>
    public int Count => Sums?.Updates ?? Updates.Count;

    /// <summary>What is known of a masked round.</summary>
    /// <param name="sums">Over the updates that count.</param>
    /// <param name="clients">N.</param>
    public static RoundFacts Masked(RoundSums sums, int clients) => new(ImmutableSortedDictionary<string, UpdateFacts>.Empty, clients) { Sums = sums };

    /// <summary>Mean loss of the local training, that of each client weighted by its examples.</summary>
    /// <exception cref="InvalidOperationException">A client's training saw no example.</exception>
    public double TrainingLoss()
    {
        if (Sums is { } sums) return sums.WeightedLoss / sums.Examples;
        var (sum, examples) = (0.0, 0.0);
        foreach (var facts in Updates.Values)
        {
            sum += facts.Examples * facts.Training.Loss;
            examples += facts.Examples;
        }
        return sum / examples;
    }
}

/// <summary>What a round keeps of an accepted update besides its part in the sum.</summary>
/// <param name="Examples">The client's examples, at least 1.</param>
/// <param name="Training">Sums over the local training.</param>
/// <param name="Validation">Of the round's starting parameters on the client's validation share; null without one.</param>
/// <param name="ComputeSeconds">Time that the client computed.</param>
public sealed record UpdateFacts(long Examples, MetricSums Training, MetricSums? Validation, double ComputeSeconds)
{
    /// <value>What weighs the update in the mean, above 0; null for <see cref="Examples"/>.</value>
    public double? Weight { get; init; }

    /// <value>Of the client's own model after the round on its validation share; null without either.</value>
    public MetricSums? Personal { get; init; }

    /// <value>τ: versions that were made between the one that the update started from and the one that it changes; 0 in a synchronous round.</value>
    public int Staleness { get; init; }
}
