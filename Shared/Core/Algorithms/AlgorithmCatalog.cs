using System.Collections.Immutable;
using Federated.Core.Algorithms.Server;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Privacy;
using Federated.Core.Privacy.Differential;

namespace Federated.Core.Algorithms;

/// <summary>The federated algorithms by name.</summary>
public static class AlgorithmCatalog
{
    /// <summary>All of them, in the order of docs/algorithms.md.</summary>
    public static ImmutableArray<AlgorithmInfo> All { get; } =
    [
        FedAvg.Info,
        FedSgd.Info,
        FedProx.Info,
        FedNova.Info,
        FedSam.Info,
        Scaffold.Info,
        FedDyn.Info,
        Moon.Info,
        MimeLite.Info,
        QFedAvg.Info,
        AgnosticFedAvg.Info,
        Ifca.Info,
        PerFedAvg.Info,
        Reptile.Info,
        FedPer.Info,
        FedRep.Info,
        FedBn.Info,
        Ditto.Info,
        Apfl.Info,
        PFedMe.Info,
    ];

    /// <summary>All names.</summary>
    public static ImmutableArray<string> Names { get; } = [.. All.Select(info => info.Name)];

    /// <summary>The algorithm that a job asks for.</summary>
    /// <param name="job">A checked job. With privacy.differential the algorithm's clients bound what they send.</param>
    /// <param name="noise">Where noise that clients add comes from; null for the operating system's source.</param>
    /// <exception cref="ArgumentException">The name is not one of <see cref="Names"/>, the server learning rate is not above 0, or no noise keeps the job's ε.</exception>
    public static IFederatedAlgorithm Create(JobSpec job, ISecureRandom? noise = null)
    {
        var spec = job.Federation.Algorithm;
        if (!(spec.ServerLearningRate > 0 && double.IsFinite(spec.ServerLearningRate))) throw new ArgumentException("The server learning rate must be finite and above 0.", nameof(job));
        var algorithm = Find(spec.Name).Create(job, new(CreateOptimizer(spec.Server), RateCurve.Of(spec), job.Federation.Rounds));
        return PrivacyPlan.Of(job) is { Mechanism: PrivacyMechanism.Central or PrivacyMechanism.Tree or PrivacyMechanism.Local } plan ? new BoundedAlgorithm(algorithm, plan, noise ?? SystemRandom.Instance) : algorithm;
    }

    /// <summary>What is known of an algorithm.</summary>
    /// <exception cref="ArgumentException">The name is not one of <see cref="Names"/>.</exception>
    public static AlgorithmInfo Find(string name) =>
        All.FirstOrDefault(info => info.Name == name) ?? throw new ArgumentException($"Algorithm '{name}' is not known: the algorithms are {string.Join(", ", Names)}.", nameof(name));

    /// <summary>Why an algorithm cannot train a model; null where it can.</summary>
    /// <param name="spec">The algorithm.</param>
    /// <param name="schema">The model's tensors.</param>
    public static string? Refusal(AlgorithmSpec spec, ParameterSchema schema) => Find(spec.Name).Refusal(spec, schema);

    private static IServerOptimizer CreateOptimizer(ServerSpec server) => server.Optimizer switch
    {
        ServerOptimizer.Average => new Averaging(),
        ServerOptimizer.FedAvgM => new FedAvgM(server.Beta1),
        _ => new Adaptive(server.Optimizer, server.Beta1, server.Beta2, server.Tau),
    };
}
