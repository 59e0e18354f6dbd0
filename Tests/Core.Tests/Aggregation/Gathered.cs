using Federated.Core.Aggregation;
using Federated.Core.Jobs;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Aggregation;

/// <summary>Rounds of updates under an aggregation of a job.</summary>
internal static class Gathered
{
    public static IUpdateAggregate Empty(AggregationSpec spec, int length, int threads = 1, ulong seed = 42) =>
        UpdateAggregates.Create(new JobSpec { Seed = seed, Federation = new() { Aggregation = spec } }, length, threads);

    /// <summary>What updates of client-00, client-01 ... of weight 1 come to.</summary>
    public static float[] Result(AggregationSpec spec, params float[][] updates) => Result(Empty(spec, updates[0].Length), updates);

    public static float[] Result(IUpdateAggregate aggregate, float[][] updates, double[]? weights = null, int[]? order = null, int round = 1)
    {
        foreach (var i in order ?? [.. Enumerable.Range(0, updates.Length)]) Assert.Equal(AddOutcome.Added, aggregate.TryAdd(Client(i), updates[i], weights?[i] ?? 1));
        var result = new float[aggregate.Length];
        aggregate.Aggregate(result, round);
        return result;
    }

    public static string Client(int number) => $"client-{number:00}";

    /// <summary>Updates of clients that learn much the same, and of some that are far off.</summary>
    public static float[][] Draw(ulong seed, int honest, int length, int attackers = 0, double far = 1e6)
    {
        var random = new RandomStream(seed);
        float[] middle = [.. Enumerable.Range(0, length).Select(_ => (float)random.NextGaussian())];
        float[][] good = [.. Enumerable.Range(0, honest).Select(_ => middle.Select(value => value + (float)(0.3 * random.NextGaussian())).ToArray())];
        float[][] bad = [.. Enumerable.Range(0, attackers).Select(_ => middle.Select(_ => (float)(far * random.NextGaussian())).ToArray())];
        // Attackers are not always the last.
        float[][] all = [.. good, .. bad];
        random.Shuffle<float[]>(all);
        return all;
    }
}
