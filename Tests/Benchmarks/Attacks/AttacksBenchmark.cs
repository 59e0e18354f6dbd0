using System.Collections.Immutable;
using System.Diagnostics;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Rounds;
using Federated.Core.Rounds.Selection;
using Federated.Engine;
using Federated.Engine.Data;

namespace Federated.Benchmarks.Attacks;

/// <summary>Every rule under every attack with a fifth of the clients attacking: rounds of the same client halves, attacks, aggregates and server halves as `federated run` has, one client after the other, and the
/// grids of docs/robustness.md.</summary>
internal static class AttacksBenchmark
{
    private const string Job = """
        name: attacks
        seed: 11
        model: { name: mlp }
        data: { name: digits, clients: 25, partition: { kind: dirichlet, alpha: 1 } }
        federation: { rounds: 12, cohort: { minimum: 25 } }
        training: { batch_size: 16, optimizer: { learning_rate: 0.1 } }
        """;

    private static readonly (string Name, string[] Overrides)[] Rules =
    [
        ("mean (undefended)", []),
        ("median", ["rule: median"]),
        ("trimmed_mean", ["rule: trimmed_mean"]),
        ("krum", ["rule: krum"]),
        ("multi_krum", ["rule: multi_krum"]),
        ("bulyan", ["rule: bulyan"]),
        ("geometric_median", ["rule: geometric_median"]),
        ("norm_bound", ["rule: norm_bound", "bound: 1"]),
        ("centered_clipping", ["rule: centered_clipping", "radius: 1"]),
        ("fltrust", ["rule: fltrust", "root: client-0"]),
        ("median, bucketing 2", ["rule: median", "bucketing: 2"]),
    ];

    private static readonly (string Name, string Attack)[] Attacks =
    [
        ("none", "{kind: none}"),
        ("label_flip", "{kind: label_flip, fraction: 0.2}"),
        ("sign_flip, scale 5", "{kind: sign_flip, fraction: 0.2, scale: 5}"),
        ("gaussian, deviation 1", "{kind: gaussian, fraction: 0.2, deviation: 1}"),
        ("inner_product, scale 5", "{kind: inner_product, fraction: 0.2, scale: 5}"),
        ("alie, deviations 1.5", "{kind: alie, fraction: 0.2, deviations: 1.5}"),
        ("model_replacement", "{kind: model_replacement, fraction: 0.2}"),
    ];

    public static async Task<int> RunAsync(string root)
    {
        Report.Machine();
        var (store, cells, began) = (new DatasetStore(DataFolders.Standard([])), new Dictionary<(string Rule, string Attack), Cell>(), Stopwatch.GetTimestamp());
        foreach (var (rule, overrides) in Rules)
        {
            foreach (var (attack, text) in Attacks)
            {
                // 20 % of 25 clients. Rules that take a number of attackers get the true one; bucketing doubles what a bad update spoils, and 13 buckets bear it.
                string[] aggregation = overrides.Length == 0 ? [] : [$"federation.aggregation={{{string.Join(", ", overrides)}{(rule is "norm_bound" ? "" : ", attackers: 5")}}}"];
                cells[(rule, attack)] = await TrainAsync(store, [.. aggregation, "attack=" + text]);
            }
            Report.Line($"{rule}: {string.Join(", ", Attacks.Select(attack => cells[(rule, attack.Name)].Accuracy.ToString("F3", System.Globalization.CultureInfo.InvariantCulture)))}");
        }
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Report.Line($"{cells.Count} runs in {seconds:F0} s");
        await RobustnessPage.WriteAsync(Path.Combine(root, "docs", "robustness.md"), [.. Rules.Select(rule => rule.Name)], [.. Attacks.Select(attack => attack.Name)], cells);
        return 0;
    }

    private static async Task<Cell> TrainAsync(DatasetStore store, string[] overrides)
    {
        var result = JobReader.Read(Job, overrides);
        var job = result.Job ?? throw new InvalidOperationException(string.Join("; ", result.Errors));
        using var engine = await new TorchEngine(store).OpenAsync(job, [], CancellationToken.None);
        return await Task.Factory.StartNew(() => Train(engine, job), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static Cell Train(IRunEngine engine, JobSpec job)
    {
        var algorithm = AlgorithmCatalog.Create(job);
        var (state, update) = (algorithm.Init(engine.InitialParameters()), new float[engine.UpdateSchema.Count]);
        var aggregate = UpdateAggregates.Create(job, update.Length, Environment.ProcessorCount);
        var root = new AggregationFit(job.Federation.Aggregation).Root;
        for (var round = 1; round <= job.Federation.Rounds; round++)
        {
            var cohort = CohortSelection.Draw(job.Federation.Cohort, job.Seed, round, 1, engine.Clients.Select(client => new Candidate(client.Id)), ClientHealth.Fine, root);
            var facts = ImmutableSortedDictionary.CreateBuilder<string, UpdateFacts>(StringComparer.Ordinal);
            foreach (var client in cohort.Clients)
            {
                var outcome = engine.Train(client, round, algorithm.Broadcast(state).Values, update, ClientState.Empty, CancellationToken.None).Update;
                // What is not finite, or too large to be counted, is refused by the coordinator: the client counts as failed.
                if (aggregate.TryAdd(client, update, outcome.Weight ?? outcome.Examples) == AddOutcome.Added)
                    facts.Add(client, new(outcome.Examples, outcome.Training, Validation: null, ComputeSeconds: 0) { Weight = outcome.Weight });
            }
            try
            {
                state = ServerRound.Close(aggregate, algorithm, state, new(facts.ToImmutable(), cohort.Of));
            }
            catch (InvalidOperationException e)
            {
                return new(double.NaN, null, $"round {round}: {e.Message}");
            }
        }
        try
        {
            var sums = engine.EvaluateTest(state.Parameters.Values, 0, 1, CancellationToken.None);
            return new(sums.Sums.Accuracy, Figures.Of(sums, []).Where(figure => figure.Name == "backdoor").Select(figure => (double?)figure.Value).FirstOrDefault(), "");
        }
        catch (EngineException e)
        {
            return new(double.NaN, null, e.Message);
        }
    }
}

/// <summary>What one run came to.</summary>
/// <param name="Accuracy">Of the last round's model on the test set; NaN where training ended before.</param>
/// <param name="Backdoor">Fraction of triggers that work; null without triggers.</param>
/// <param name="Failure">Why training ended before; else "".</param>
internal sealed record Cell(double Accuracy, double? Backdoor, string Failure);
