using System.Collections.Immutable;

namespace Federated.Benchmarks.Modes;

/// <summary>One mode of the comparison.</summary>
/// <param name="Mode">Its name in a job.</param>
/// <param name="Settings">What the job has below federation beside the mode.</param>
/// <param name="Rounds">Rounds, or versions, more than it needs to reach the target.</param>
/// <param name="Every">Versions from one evaluation to the next, so that all modes are measured about as often.</param>
internal sealed record ModeRow(string Mode, string Settings, int Rounds, int Every)
{
    /// <summary>Clients that train at once, in every mode.</summary>
    public const int Concurrency = 10;

    /// <summary>Every row, in the order of the page.</summary>
    public static ImmutableArray<ModeRow> All { get; } =
    [
        new("synchronous", "cohort: { fraction: 0.25 }", 30, 1),
        new("semi_synchronous", "cohort: { fraction: 0.25, deadline: 600ms }", 40, 1),
        new("fedasync", "asynchronous: { concurrency: 10, mixing: 0.6 }", 350, 10),
        new("fedbuff", "asynchronous: { concurrency: 10, buffer: 5 }", 70, 2),
    ];

    /// <summary>The complete job.</summary>
    public string Job => $$"""
        name: modes
        seed: 11
        model: { name: mlp }
        data: { name: digits, clients: 40, partition: { kind: dirichlet, alpha: 1, minimum_examples: 10 } }
        federation:
          rounds: {{Rounds}}
          mode: {{Mode}}
          {{Settings}}
        training: { epochs: 2, batch_size: 16, optimizer: { learning_rate: 0.05 } }
        evaluation: { every: {{Every}} }
        """;
}
