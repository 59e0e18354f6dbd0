namespace Federated.Core.Algorithms;

/// <summary>What a round's updates say together. Of a masked round this is all that the coordinator ever learns.</summary>
/// <param name="Updates">How many count, at least 1.</param>
/// <param name="Examples">Behind them.</param>
/// <param name="Training">Sums over the local training.</param>
/// <param name="Validation">Of the round's starting parameters on validation shares; null where no client has one.</param>
/// <param name="Personal">Of the clients' own models after the round; null where no client has one.</param>
/// <param name="ComputeSeconds">Time that the clients computed.</param>
/// <param name="WeightedLoss">Σ n_k f_k: each client's mean loss of the local training times its examples.</param>
public sealed record RoundSums(int Updates, long Examples, MetricSums Training, MetricSums? Validation, MetricSums? Personal, double ComputeSeconds, double WeightedLoss)
{
    /// <summary>The sums of updates, added in the order in which they come.</summary>
    public static RoundSums Of(IReadOnlyCollection<UpdateFacts> updates)
    {
        var loss = 0.0;
        // Where differential privacy keeps figures with the clients there is no loss, and nobody asks for it.
        foreach (var facts in updates.Where(facts => facts.Training.Examples > 0)) loss += facts.Examples * facts.Training.Loss;
        return new(updates.Count, updates.Sum(facts => facts.Examples), Sum(updates.Select(facts => facts.Training)), Measured(updates.Select(facts => facts.Validation)),
            Measured(updates.Select(facts => facts.Personal)), updates.Sum(facts => facts.ComputeSeconds), loss);
    }

    /// <summary>Of clients that say nothing beside their updates.</summary>
    /// <param name="updates">How many.</param>
    public static RoundSums OfSilent(int updates) => new(updates, 0, default, null, null, 0, 0);

    private static MetricSums? Measured(IEnumerable<MetricSums?> sums)
    {
        var measured = sums.OfType<MetricSums>().Where(sum => sum.Examples > 0).ToArray();
        return measured.Length > 0 ? Sum(measured) : null;
    }

    private static MetricSums Sum(IEnumerable<MetricSums> sums) => sums.Aggregate(default(MetricSums), (sum, next) => sum + next);
}
