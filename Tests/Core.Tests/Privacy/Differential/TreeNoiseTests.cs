using System.Collections.Immutable;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Privacy.Differential;

namespace Federated.Core.Tests.Privacy.Differential;

/// <summary>Which nodes make up the noise of the sum over the rounds so far, and how much that is.</summary>
public sealed class TreeNoiseTests
{
    private const int Values = 20_000;
    private static readonly ParameterSchema Schema = new([new TensorSpec("w", [Values])]);

    // By hand: the last rounds of the nodes that 1..t is the disjoint union of.
    private static readonly int[][] Decomposed = [[1], [2], [2, 3], [4], [4, 5], [4, 6], [4, 6, 7], [8]];

    [Fact]
    public void Each_prefix_has_the_noise_of_its_dyadic_parts()
    {
        var (tree, sum) = (TreeNoise.Empty, 0L);
        for (var round = 1; round <= 8; round++)
        {
            var change = new long[1];
            tree = tree.Next([1L << (3 * round)], change);
            sum += change[0];
            Assert.Equal(Decomposed[round - 1].Sum(last => 1L << (3 * last)), sum);
        }
    }

    // z C = 2 * 0.5 = 1 a node, m = 2. The noise of a prefix is as many nodes as t has bits: its sum of squares, divided by their number, is chi-square of 20,000 degrees. Of two prefixes the mean product is the number of nodes that
    // they share, to the standard error sqrt((v w + s²) / 20,000). Eight and 28 tests at five standard deviations: one false alarm in 48,000 runs.
    [Fact]
    public void The_noise_of_prefixes_has_the_variance_of_their_nodes_and_shares_no_others()
    {
        var prefixes = new List<double[]>();
        foreach (var model in Models(Job("clip: 0.5, noise_multiplier: 2"), seed: 21, rounds: 8)) prefixes.Add([.. model.Select(value => value * 2.0)]);
        for (var t = 0; t < 8; t++)
        {
            var nodes = Decomposed[t].Length;
            Assert.Equal(Values, prefixes[t].Sum(value => value * value) / nodes, 5 * Math.Sqrt(2.0 * Values));
            for (var earlier = 0; earlier < t; earlier++)
            {
                var shared = Decomposed[t].Intersect(Decomposed[earlier]).Count();
                var error = Math.Sqrt((nodes * Decomposed[earlier].Length + shared * shared) / (double)Values);
                Assert.Equal(shared, prefixes[t].Zip(prefixes[earlier], (one, other) => one * other).Average(), 5 * error);
            }
        }
    }

    [Fact]
    public async Task A_state_that_was_written_and_read_goes_on_with_the_same_noise_to_the_bit()
    {
        const long Most = (1L << 46) - 1;
        long[][] nodes = [.. Enumerable.Range(0, 7).Select(node => new[] { Most - node, -Most + node, 0, -1, (1L << 24) - 1, -(1L << 24), 123_456_789_012 * (node + 1) })];
        var (tree, change) = (TreeNoise.Empty, new long[7]);
        foreach (var node in nodes[..6]) tree = tree.Next(node, change);
        var server = new ServerState(6, new(new([new TensorSpec("w", [1])]), new float[1]), ImmutableDictionary<string, ReadOnlyMemory<float>>.Empty.Add("privacy/tree/0", new float[1]).Add("momentum", new float[1]));
        using var file = new MemoryStream();
        await Safetensors.WriteAsync(file, new SafetensorsFile(server.Parameters, tree.Write(server.Slots), ImmutableDictionary<string, string>.Empty), CancellationToken.None);
        file.Position = 0;
        var slots = (await Safetensors.ReadFileAsync(file, file.Length, CancellationToken.None)).File!.Slots;
        Assert.Equal(["momentum", "privacy/tree/1", "privacy/tree/2"], slots.Keys.Order(StringComparer.Ordinal));

        var (live, again) = (new long[7], new long[7]);
        var after = tree.Next(nodes[6], live);
        var restored = TreeNoise.Read(slots, 6, 7).Next(nodes[6], again);
        Assert.Equal(live, again);
        after.Next(new long[7], live);
        restored.Next(new long[7], again);
        Assert.Equal(live, again);
    }

    [Fact]
    public void A_state_of_another_round_is_not_gone_on_from()
    {
        var slots = TreeNoise.Empty.Next([5], new long[1]).Write(ImmutableDictionary<string, ReadOnlyMemory<float>>.Empty);
        Assert.Throws<InvalidOperationException>(() => TreeNoise.Read(slots, 2, 1));
        Assert.Throws<InvalidOperationException>(() => TreeNoise.Read(slots, 1, 2));
        Assert.Equal(1, TreeNoise.Read(slots, 1, 1).Rounds);
        Assert.Throws<OverflowException>(() => TreeNoise.Empty.Next([1L << 46], new long[1]).Write(slots));
    }

    // Ten rounds a tree. The eleventh takes nothing back, and adds a node of its own: N_10 (two nodes) stays in the model.
    [Fact]
    public void A_new_tree_begins_without_the_noise_of_the_one_before()
    {
        var models = Models(Job("clip: 0.5, noise_multiplier: 2"), seed: 22, rounds: 11).ToArray();
        Assert.Equal(3 * Values, models[10].Sum(value => 4.0 * value * value), 5 * 3 * Math.Sqrt(2.0 * Values));
        Assert.Equal(Values, models[10].Zip(models[9], (one, other) => 4 * Math.Pow((double)one - other, 2)).Sum(), 5 * Math.Sqrt(2.0 * Values));
    }

    [Fact]
    public void The_state_keeps_the_open_nodes_and_none_when_the_tree_is_whole()
    {
        var job = Job("clip: 0.5, noise_multiplier: 2");
        int[] kept = [.. States(job, seed: 23, rounds: 11).Select(state => state.Slots.Keys.Count(name => name.StartsWith("privacy/tree/", StringComparison.Ordinal)))];
        Assert.Equal([1, 1, 2, 1, 2, 2, 3, 1, 2, 0, 1], kept);
    }

    // Updates of 1 in the first value, two of them a round; noise of a millionth.
    [Fact]
    public void The_model_is_the_noised_sum_of_all_rounds_over_the_updates_that_are_expected()
    {
        var model = Models(Job("clip: 1, noise_multiplier: 1e-6"), seed: 24, rounds: 5, updates: 2).Last();
        Assert.Equal(5, model[0], 1e-4);
        Assert.Equal(0, model[1], 1e-4);
    }

    // Two of twenty clients a round: ten rounds a tree.
    private static JobSpec Job(string keys) => PrivateJobs.Of($"{{mechanism: tree, {keys}, delta: 1e-3}}", "federation.cohort={fraction: 0.1, selection: {kind: round_robin}}", "federation.rounds=100",
        "federation.algorithm={name: fedavg, server_learning_rate: 1}");

    private static IEnumerable<float[]> Models(JobSpec job, int seed, int rounds, int updates = 0) => States(job, seed, rounds, updates).Select(state => state.Parameters.Values.ToArray());

    private static IEnumerable<ServerState> States(JobSpec job, int seed, int rounds, int updates = 0)
    {
        var (algorithm, aggregate) = (AlgorithmCatalog.Create(job), UpdateAggregates.Create(job, Values, threads: 1, new SeededSecureRandom((ulong)seed)));
        var (server, update) = (algorithm.Init(new(Schema, new float[Values])), new float[Values]);
        update[0] = 1;
        for (var round = 0; round < rounds; round++)
        {
            ServerRound.Open(aggregate, server, round % 10 + 1);
            for (var client = 0; client < updates; client++) Assert.Equal(AddOutcome.Added, aggregate.TryAdd($"client-{client}", update, 1));
            server = ServerRound.Close(aggregate, algorithm, server, new(ImmutableSortedDictionary<string, UpdateFacts>.Empty, 20));
            yield return server;
        }
    }
}
