using System.Collections.Immutable;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Privacy.Differential;
using Federated.Core.Tests.Algorithms;

namespace Federated.Core.Tests.Privacy.Differential;

/// <summary>The coordinator's noise, from updates to the next model.</summary>
public sealed class NoisySumTests
{
    private const int Values = 20_000;
    private static readonly ParameterSchema Schema = new([new TensorSpec("w", [Values])]);

    // z C / m = 1 * 0.5 / 20. The sum of squares is chi-square of 20,000 degrees, the mean normal: five standard deviations are passed by chance once in 1.7 million runs; the share beyond two sigma (4.55 %) likewise.
    [Fact]
    public void The_next_model_carries_the_promised_noise()
    {
        var job = PrivateJobs.Central("privacy.differential.clip=0.5", "federation.algorithm={name: fedavg, server_learning_rate: 1}");
        var next = Round(job, seed: 5, clients: 20, update: Spread(0.25f));
        const double Sigma = 0.5 / 20;
        var noise = next.Parameters.Values.ToArray().Select(value => value - 0.25 / Math.Sqrt(Values)).Select(value => value / Sigma).ToArray();
        Assert.Equal(Values, noise.Sum(value => value * value), 5 * Math.Sqrt(2.0 * Values));
        Assert.Equal(0, noise.Average(), 5 / Math.Sqrt(Values));
        Assert.Equal(0.0455, noise.Count(value => Math.Abs(value) > 2) / (double)Values, 5 * Math.Sqrt(0.0455 * 0.9545 / Values));
    }

    // Of twenty that are expected seven deliver: their sum is divided by 20 all the same.
    [Fact]
    public void The_sum_is_divided_by_the_updates_that_are_expected()
    {
        var next = Round(PrivateJobs.Of("{mechanism: central, noise_multiplier: 1e-6, delta: 1e-3}"), seed: 6, clients: 7, update: Spread(0.5f));
        Assert.Equal(7 * 0.5 / Math.Sqrt(Values) / 20, next.Parameters.Values.Span[11], 1e-6);
    }

    [Fact]
    public void A_round_of_nobody_is_noise_alone()
    {
        var next = Round(PrivateJobs.Central("federation.cohort={fraction: 0.2, selection: {kind: poisson}}"), seed: 7, clients: 0, update: []);
        Assert.Equal(1.0 / 4, Math.Sqrt(next.Parameters.Values.ToArray().Average(value => (double)value * value)), 0.01);   // m = 0.2 * 20
    }

    [Fact]
    public void Noise_is_fresh_in_each_round()
    {
        var (job, random) = (PrivateJobs.Central(), new SeededSecureRandom(8));
        var aggregate = UpdateAggregates.Create(job, Values, threads: 1, random);
        var algorithm = AlgorithmCatalog.Create(job);
        var start = algorithm.Init(new(Schema, new float[Values]));
        var drawn = Enumerable.Range(0, 2).Select(_ =>
        {
            ServerRound.Open(aggregate, start);
            return ServerRound.Close(aggregate, algorithm, start, new(Facts(0), 20)).Parameters.Values.ToArray();
        }).ToArray();
        Assert.DoesNotContain(drawn[0].Zip(drawn[1]), pair => pair.First == pair.Second && pair.First != 0);
    }

    [Fact]
    public void Whoever_does_not_keep_to_the_bound_is_refused_alone()
    {
        var sum = UpdateAggregates.Create(PrivateJobs.Central(), 2, threads: 1, new SeededSecureRandom(9));
        ServerRound.Open(sum, new ServerState(0, new(new([new TensorSpec("w", [2])]), new float[2]), ImmutableDictionary<string, ReadOnlyMemory<float>>.Empty));
        Assert.Equal(AddOutcome.TooLong, sum.TryAdd("a", new[] { 1f, 1f }, 1));
        Assert.Equal(AddOutcome.NotFinite, sum.TryAdd("a", new[] { float.NaN, 0 }, 1));
        Assert.Equal(AddOutcome.Added, sum.TryAdd("a", new[] { 0.6f, 0.8f }, 1));
        Assert.Throws<ArgumentException>(() => sum.TryAdd("a", new[] { 0.6f, 0.8f }, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => sum.TryAdd("b", new[] { 0.6f, 0.8f }, 2));
    }

    [Fact]
    public void Nothing_is_added_before_a_round_is_open() =>
        Assert.Throws<InvalidOperationException>(() => UpdateAggregates.Create(PrivateJobs.Central(), 2, threads: 1).TryAdd("a", new float[2], 1));

    // theorem 1 with z = 1: σ_b = max(20 / 20, 1) = 1, z_Δ = (1 - 1/4)^(-1/2).
    [Fact]
    public void Adaptive_clipping_splits_the_noise()
    {
        var plan = PrivacyPlan.Of(PrivateJobs.Central("privacy.differential.adaptive={enabled: true}"))!;
        var (count, updates) = plan.Split(20);
        Assert.Equal((1.0, 1.1547005), (count, Math.Round(updates, 7)));
        Assert.Equal(1.0, 1 / Math.Sqrt(1 / (updates * updates) + 1 / (4 * count * count)), 1e-12);
    }

    // Twelve of sixteen updates are no longer than C = 1: b = 0.75 but for the noise of σ_b / 16, so that C becomes exp(-0.2 (0.75 - 0.5)), to five standard deviations.
    [Fact]
    public void The_clip_follows_the_lengths_of_updates()
    {
        var job = PrivateJobs.Of("{mechanism: central, noise_multiplier: 0.001, delta: 1e-3, adaptive: {enabled: true}}", "data.clients=16");
        var (algorithm, clients) = (AlgorithmCatalog.Create(job), Enumerable.Range(0, 16).Select(client => new Parabola(client < 12 ? 1 : 8, examples: 5)).ToArray());
        var model = clients[0].Schema;
        var server = algorithm.Init(new(model, new float[1]));
        var aggregate = UpdateAggregates.Create(job, algorithm.UpdateSchema(model).Count, threads: 1, new SeededSecureRandom(10));
        ServerRound.Open(aggregate, server);
        foreach (var (index, client) in clients.Index())
        {
            var update = new float[2];
            algorithm.Train(client, algorithm.Broadcast(server).Values.Span, update, ClientState.Empty);
            Assert.Equal(index < 12 ? [0.75f, 1f] : [1f, 0f], update);   // 0 -> 0.5 -> 0.75 of the way; 6 is cut to 1
            Assert.Equal(AddOutcome.Added, aggregate.TryAdd($"client-{index}", update, 1));
        }
        var next = ServerRound.Close(aggregate, algorithm, server, new(Facts(16), 16));
        Assert.Equal(Math.Exp(-0.2 * 0.25), BoundedAlgorithm.ClipOf(next, job.Privacy.Differential), 5 * 0.2 * 0.8 / 16);
        Assert.Equal(BoundedAlgorithm.ClipOf(next, job.Privacy.Differential), algorithm.Broadcast(next).Values.Span[^1]);
        Assert.Equal((12 * 0.75 + 4) / 16, next.Parameters.Values.Span[0], 1e-3);
    }

    [Fact]
    public void A_client_that_lies_about_its_length_can_say_only_yes_or_no()
    {
        var job = PrivateJobs.Central("privacy.differential.adaptive={enabled: true}");
        var algorithm = AlgorithmCatalog.Create(job);
        var sum = UpdateAggregates.Create(job, 2, threads: 1);
        ServerRound.Open(sum, algorithm.Init(new(new([new TensorSpec("w", [1])]), new float[1])));
        Assert.Equal(AddOutcome.OutOfRange, sum.TryAdd("a", new[] { 0f, 0.5f }, 1));
        Assert.Equal(AddOutcome.Added, sum.TryAdd("a", new[] { 0f, 0f }, 1));
    }

    // 0.001 C of noise of its own; the loss stays with it, which the worker sees to.
    [Fact]
    public void A_client_that_trusts_nobody_cuts_and_noises_itself()
    {
        var job = PrivateJobs.Of("{mechanism: local, noise_multiplier: 0.001, clip: 2, delta: 1e-3}");
        var algorithm = AlgorithmCatalog.Create(job, new SeededSecureRandom(11));
        float[] first = [0], second = [0];
        var client = new Parabola(100, examples: 5);
        Assert.Equal(1, algorithm.Train(client, [0f], first, ClientState.Empty).Weight);
        algorithm.Train(client, [0f], second, ClientState.Empty);
        Assert.Equal(2, first[0], 0.001 * 2 * 6);
        Assert.NotEqual(first[0], second[0]);
    }

    private static ServerState Round(JobSpec job, int seed, int clients, float[] update)
    {
        var (algorithm, aggregate) = (AlgorithmCatalog.Create(job), UpdateAggregates.Create(job, Values, threads: 1, new SeededSecureRandom((ulong)seed)));
        var start = algorithm.Init(new(Schema, new float[Values]));
        ServerRound.Open(aggregate, start);
        for (var client = 0; client < clients; client++) Assert.Equal(AddOutcome.Added, aggregate.TryAdd($"client-{client}", update, 1));
        return ServerRound.Close(aggregate, algorithm, start, new(Facts(clients), 20));
    }

    private static ImmutableSortedDictionary<string, UpdateFacts> Facts(int clients) => Enumerable.Range(0, clients)
        .ToImmutableSortedDictionary(client => $"client-{client}", _ => new UpdateFacts(1, new(1, 0, 0), null, 0), StringComparer.Ordinal);

    // The same in each value, of some length in all.
    private static float[] Spread(float length) => [.. Enumerable.Repeat((float)(length / Math.Sqrt(Values)), Values)];
}
