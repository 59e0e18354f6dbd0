using System.Collections.Immutable;
using Federated.Core.Algorithms.Server;
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

    /// <summary>Name of <see cref="Algorithms.FedProx"/>.</summary>
    public const string FedProx = "fedprox";

    /// <summary>All names.</summary>
    public static ImmutableArray<string> Names { get; } = [FedAvg, FedSgd, FedProx];

    /// <summary>The algorithm that a job asks for.</summary>
    /// <exception cref="ArgumentException">The name is not one of <see cref="Names"/>, or the server learning rate is not above 0.</exception>
    public static IFederatedAlgorithm Create(JobSpec job)
    {
        var spec = job.Federation.Algorithm;
        if (!(spec.ServerLearningRate > 0 && double.IsFinite(spec.ServerLearningRate))) throw new ArgumentException("The server learning rate must be finite and above 0.", nameof(job));
        var server = new ServerHalf(CreateOptimizer(spec.Server), RateCurve.Of(spec), job.Federation.Rounds);
        return spec.Name switch
        {
            FedAvg => new FedAvg(server),
            FedSgd => new FedSgd(server),
            FedProx => new FedProx(server, spec.Mu),
            _ => throw new ArgumentException($"Algorithm '{spec.Name}' is not known: the algorithms are {string.Join(", ", Names)}.", nameof(job)),
        };
    }

    /// <summary>Why an algorithm cannot train a model; null where it can.</summary>
    /// <param name="spec">The algorithm.</param>
    /// <param name="schema">The model's tensors.</param>
    public static string? Refusal(AlgorithmSpec spec, ParameterSchema schema) =>
        // What standardises the data is set before the first round and stays: no algorithm moves it.
        spec.Name == FedSgd && schema.Tensors.FirstOrDefault(tensor => !tensor.Trainable && !Standardisation.Has(tensor)) is { } statistic
            ? $"fedsgd sends gradients, which never move running statistics such as '{statistic.Name}': use group_norm instead of batch_norm, or fedavg"
            : null;

    private static IServerOptimizer CreateOptimizer(ServerSpec server) => server.Optimizer switch
    {
        ServerOptimizer.Average => new Averaging(),
        ServerOptimizer.FedAvgM => new FedAvgM(server.Beta1),
        _ => new Adaptive(server.Optimizer, server.Beta1, server.Beta2, server.Tau),
    };
}
