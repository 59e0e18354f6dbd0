using System.Collections.Immutable;

namespace Federated.Benchmarks.Algorithms;

/// <summary>A line of the comparison of algorithms: what is set over the job that all have.</summary>
/// <param name="Name">What the page calls it.</param>
/// <param name="Settings">Values put over the job, as for --set.</param>
internal sealed record AlgorithmRow(string Name, params ImmutableArray<string> Settings)
{
    private const string Rate = "federation.algorithm.server_learning_rate";

    /// <summary>Every synchronous algorithm, in the order of docs/algorithms.md. Settings are the papers' where they have some for images, and none was searched for but the rates of scaffold and mimelite, which diverge with the first ones that were tried.</summary>
    public static ImmutableArray<AlgorithmRow> All { get; } =
    [
        new("fedavg"),
        new("fedavg, fedavgm", "federation.algorithm.server={optimizer: fedavgm, beta1: 0.9}", $"{Rate}=0.3"),
        new("fedavg, fedadagrad", "federation.algorithm.server={optimizer: fedadagrad, beta1: 0.0}", $"{Rate}=0.03"),
        new("fedavg, fedyogi", "federation.algorithm.server={optimizer: fedyogi}", $"{Rate}=0.01"),
        new("fedavg, fedadam", "federation.algorithm.server={optimizer: fedadam}", $"{Rate}=0.01"),
        new("fedsgd", "federation.algorithm={name: fedsgd, server_learning_rate: 0.1}", "training={}"),
        Of("fedprox", "mu: 0.01"),
        Of("fednova"),
        Of("fedsam", "rho: 0.05"),
        new("scaffold", "federation.algorithm={name: scaffold}", "training.optimizer.learning_rate=0.03"),
        Of("feddyn", "alpha: 0.1"),
        Of("moon", "moon_mu: 1"),
        new("mimelite", "federation.algorithm.name=mimelite", "training.optimizer.learning_rate=0.001"),
        Of("qfedavg", "q: 1"),
        new("afl", "federation.algorithm={name: afl, gamma: 0.01}", "federation.cohort.fraction=1", "federation.rounds=4", "evaluation.every=1"),
        Of("ifca", "clusters: 2"),
        Of("perfedavg", "inner_rate: 0.01"),
        Of("reptile"),
        Of("fedper"),
        Of("fedrep", "head_epochs: 2"),
        Of("ditto", "ditto_lambda: 0.1"),
        Of("apfl", "apfl_alpha: 0.5"),
        Of("pfedme", "pfedme_lambda: 15", "inner_steps: 5"),
    ];

    private static AlgorithmRow Of(string name, params string[] options) => new(name, $"federation.algorithm={{{string.Join(", ", [$"name: {name}", .. options])}}}");
}
