using Federated.Core.Randomness;

namespace Federated.Core.Rounds.Selection;

/// <summary>Clients in turn: in an order that the seed and their names give once and for all, each round goes on where the last one ended. With N clients and m a round all are asked once in N / m rounds.</summary>
internal static class RoundRobin
{
    /// <summary>Some of them.</summary>
    /// <param name="all">All.</param>
    /// <param name="count">At most all.</param>
    /// <param name="seed">The job's.</param>
    /// <param name="round">1-based.</param>
    /// <param name="attempt">1-based; each begins one further, for the clients before it may be those that failed.</param>
    public static Candidate[] Draw(IReadOnlyList<Candidate> all, int count, ulong seed, int round, int attempt)
    {
        var order = all.OrderBy(candidate => SeedTree.Derive(seed, "turn", 0, candidate.Id)).ThenBy(candidate => candidate.Id, StringComparer.Ordinal).ToArray();
        var begin = ((round - 1L) * count + attempt - 1) % order.Length;
        return [.. Enumerable.Range(0, count).Select(place => order[(begin + place) % order.Length])];
    }
}
