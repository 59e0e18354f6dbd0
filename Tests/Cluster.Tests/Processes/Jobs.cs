namespace Federated.Cluster.Tests.Processes;

/// <summary>Jobs that take seconds.</summary>
internal static class Jobs
{
    /// <summary>Rounds of 24 clients that take a few seconds each on one slot, so that a process can be killed within one.</summary>
    public const string SlowRounds = """
        name: slow-rounds
        seed: 7
        model: { name: mlp }
        data: { name: digits, clients: 24, partition: { kind: dirichlet, alpha: 0.5 } }
        federation: { rounds: 3, cohort: { fraction: 0.5, deadline: 5m } }
        training: { epochs: 20, batch_size: 8 }
        """;

    /// <summary>Like them, but with clients that keep a state from round to round.</summary>
    public const string RoundsWithStates = """
        name: rounds-with-states
        seed: 7
        model: { name: mlp }
        data: { name: digits, clients: 16, partition: { kind: dirichlet, alpha: 0.5 } }
        federation: { rounds: 4, algorithm: { name: scaffold }, cohort: { fraction: 0.75, deadline: 5m } }
        training: { epochs: 12, batch_size: 8, optimizer: { learning_rate: 0.02 } }
        """;

    /// <summary>Two masked rounds of ten clients, of whom seven must stay.</summary>
    public const string MaskedRounds = """
        name: masked-rounds
        seed: 7
        model: { layers: [flatten, dense: { units: 10 }] }
        data: { name: digits, clients: 10 }
        federation: { rounds: 2, cohort: { minimum: 7, deadline: 5m } }
        privacy: { secure_aggregation: { enabled: true, examples_cap: 200, phase_deadline: 60s } }
        """;

    /// <summary>The same, each client adding its share of noise before it masks.</summary>
    public const string NoisedRounds = """
        name: noised-rounds
        seed: 7
        model: { layers: [flatten, dense: { units: 10 }] }
        data: { name: digits, clients: 10 }
        federation: { rounds: 2, cohort: { minimum: 7, deadline: 5m } }
        privacy:
          secure_aggregation: { enabled: true, bits: 14, phase_deadline: 60s }
          differential: { mechanism: distributed, noise_multiplier: 1, delta: 1e-2 }
        """;

    /// <summary>Six rounds of a fraction of a second each, long enough to be disturbed.</summary>
    public const string QuickRounds = """
        name: quick-rounds
        seed: 11
        model: { name: mlp }
        data: { name: digits, clients: 8, partition: { kind: dirichlet, alpha: 0.5 } }
        federation: { rounds: 6, cohort: { deadline: 5m } }
        training: { epochs: 3, batch_size: 16 }
        """;
}
