using Federated.Core.Randomness;

namespace Federated.Core.Rounds.Selection;

/// <summary>Clients in turn: in an order that the seed and their names give once and for all, each round goes on where the last one would have ended. With N clients and m a round all are asked once in N / m rounds, as long as
/// nobody is left out; in the place of who is, the next one is asked, and once more when its own turn comes.</summary>
internal static class RoundRobin
{
    /// <summary>Some of them.</summary>
    /// <param name="all">All.</param>
    /// <param name="eligible">Who may be asked, of these.</param>
    /// <param name="count">At most those.</param>
    /// <param name="step">m: how far the turn goes on each round.</param>
    /// <param name="seed">The job's.</param>
    /// <param name="round">1-based.</param>
    /// <param name="attempt">1-based; each begins one further, for the clients before it may be those that failed.</param>
    public static Candidate[] Draw(IReadOnlyList<Candidate> all, IReadOnlyList<Candidate> eligible, int count, int step, ulong seed, int round, int attempt)
    {
        var order = all.OrderBy(candidate => SeedTree.Derive(seed, "turn", 0, candidate.Id)).ThenBy(candidate => candidate.Id, StringComparer.Ordinal).ToArray();
        var (begin, may) = (((round - 1L) * step + attempt - 1) % order.Length, eligible.Select(candidate => candidate.Id).ToHashSet(StringComparer.Ordinal));
        return [.. Enumerable.Range(0, order.Length).Select(place => order[(begin + place) % order.Length]).Where(candidate => may.Contains(candidate.Id)).Take(count)];
    }
}
