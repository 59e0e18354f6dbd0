using Federated.Core.Randomness;

namespace Federated.Core.Rounds.Selection;

/// <summary>Draws without replacement in proportion to weights. Efraimidis, Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters 97, 2006, algorithm A: the largest of u^(1 / w).</summary>
internal static class WeightedLot
{
    /// <summary>Some of them, in the order in which they were drawn; those of weight 0 last.</summary>
    /// <param name="all">In an order that does not depend on arrival.</param>
    /// <param name="weight">Finite, at least 0.</param>
    /// <param name="count">At most all.</param>
    /// <param name="random">One draw each.</param>
    public static Candidate[] Draw(IReadOnlyList<Candidate> all, Func<Candidate, double> weight, int count, RandomStream random) =>
        // The logarithm orders alike, and does not become 0 for large weights.
        [.. all.Select(candidate => (Candidate: candidate, Key: PortableMath.Log(1 - random.NextDouble()) / weight(candidate))).OrderByDescending(drawn => drawn.Key).Take(count).Select(drawn => drawn.Candidate)];
}
