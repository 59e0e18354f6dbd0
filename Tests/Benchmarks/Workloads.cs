using System.Globalization;

namespace Federated.Benchmarks;

/// <summary>Jobs that go on for as long as a measurement takes.</summary>
internal static class Workloads
{
    /// <summary>Rounds of some tenths of a second, of twelve updates each.</summary>
    public const string ShortRounds = """
        name: short-rounds
        seed: 3
        model: { name: mlp }
        data: { name: digits, clients: 12, partition: { kind: dirichlet, alpha: 0.5 } }
        federation: { rounds: 1000000 }
        training: { epochs: 20, batch_size: 16 }
        evaluation: { every: 1000000 }
        """;

    /// <summary>Rounds in which every worker trains for minutes without a pause.</summary>
    /// <param name="clients">At least as many as there are slots.</param>
    public static string FullLoad(int clients) => string.Create(CultureInfo.InvariantCulture, $$"""
        name: full-load
        seed: 5
        model: { name: mlp }
        data: { name: digits, clients: {{clients}} }
        federation: { rounds: 1000000, cohort: { deadline: 1d } }
        training: { epochs: 1000, batch_size: 8 }
        evaluation: { every: 1000000 }
        """);

    /// <summary>Rounds of two updates of a model of 650 parameters, which take next to no training.</summary>
    /// <param name="rounds">How many.</param>
    /// <param name="every">Rounds from one evaluation to the next.</param>
    public static string TinyRounds(int rounds, int every) => string.Create(CultureInfo.InvariantCulture, $$"""
        name: tiny-rounds
        seed: 9
        model: { name: logistic }
        data: { name: digits, clients: 20 }
        federation: { rounds: {{rounds}}, cohort: { fraction: 0.1 } }
        training: { batch_size: 32 }
        evaluation: { every: {{every}} }
        """);
}
