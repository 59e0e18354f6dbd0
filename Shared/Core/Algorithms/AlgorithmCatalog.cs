using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>The federated algorithms by name.</summary>
public static class AlgorithmCatalog
{
    /// <summary>Name of <see cref="Algorithms.FedAvg"/>.</summary>
    public const string FedAvg = "fedavg";

    /// <summary>Name of <see cref="Algorithms.FedSgd"/>.</summary>
    public const string FedSgd = "fedsgd";

    /// <summary>All names.</summary>
    public static ImmutableArray<string> Names { get; } = [FedAvg, FedSgd];

    /// <summary>The algorithm that a job asks for.</summary>
    /// <exception cref="ArgumentException">The name is not one of <see cref="Names"/>, or the server learning rate is not above 0.</exception>
    public static IFederatedAlgorithm Create(AlgorithmSpec spec)
    {
        if (!(spec.ServerLearningRate > 0 && double.IsFinite(spec.ServerLearningRate)))
            throw new ArgumentException("The server learning rate must be finite and above 0.", nameof(spec));
        return spec.Name switch
        {
            FedAvg => new FedAvg(spec),
            FedSgd => new FedSgd(spec),
            _ => throw new ArgumentException($"Algorithm '{spec.Name}' is not known: the algorithms are {string.Join(", ", Names)}.", nameof(spec)),
        };
    }

    /// <summary>Why an algorithm cannot train a model; null where it can.</summary>
    /// <param name="spec">The algorithm.</param>
    /// <param name="schema">The model's tensors.</param>
    public static string? Refusal(AlgorithmSpec spec, ParameterSchema schema)
    {
        // What standardises the data is set before the first round and stays: no algorithm moves it.
        if (schema.Tensors.FirstOrDefault(tensor => !tensor.Trainable && !Standardisation.Has(tensor)) is not { } statistic) return null;
        if (spec.Name == FedSgd)
            return $"fedsgd sends gradients, which never move running statistics such as '{statistic.Name}': use group_norm instead of batch_norm, or fedavg";
        return spec.ServerLearningRate > 1
            ? $"a server learning rate above 1 overshoots, which can make running variances negative ('{statistic.Name}' is a running statistic): "
                + "use group_norm instead of batch_norm, or at most 1"
            : null;
    }
}
