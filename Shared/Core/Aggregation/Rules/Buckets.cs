using Federated.Core.Aggregation.Vectors;
using Federated.Core.Randomness;

namespace Federated.Core.Aggregation.Rules;

/// <summary>Bucketing in front of another rule. Karimireddy, He, Jaggi, "Byzantine-Robust Learning on Heterogeneous Datasets via Bucketing", ICLR 2022, algorithm 1, arXiv:2006.09365.</summary>
/// <remarks>The updates are shuffled; each s of them become their plain mean, and the rule sees the ⌈n / s⌉ means, as many of which may be bad as there are attackers. A bucket weighs what its updates do together.
/// Deviation: where s does not divide n, the last bucket is the mean of those that are left.</remarks>
/// <param name="size">s, at least 2.</param>
/// <param name="rule">What comes behind.</param>
/// <param name="draws">The round's.</param>
internal sealed class Buckets(int size, IRobustRule rule, RandomStream draws) : IRobustRule
{
    /// <inheritdoc/>
    public void Combine(RuleInput updates, Memory<float> result)
    {
        int[] order = [.. Enumerable.Range(0, updates.Vectors.Length)];
        draws.Shuffle<int>(order);
        var buckets = order.Chunk(size).ToArray();
        var means = Array.ConvertAll(buckets, bucket =>
        {
            if (bucket is [var only]) return updates.Vectors[only];
            var mean = new float[result.Length];
            LinearSum.Mean([.. bucket.Select(i => updates.Vectors[i])], mean, updates.Threads);
            return mean.AsMemory();
        });
        rule.Combine(updates with { Vectors = means, Weights = Array.ConvertAll(buckets, bucket => bucket.Sum(i => updates.Weights[i])) }, result);
    }
}
