using Federated.Core.Jobs;
using Federated.Core.Randomness;

namespace Federated.Core.Rounds.Selection;

/// <summary>A selection like Oort's. Lai, Zhu, Madhyastha, Chowdhury, "Oort: Efficient Federated Learning via Guided Participant Selection", OSDI 2021, section 4.2 and algorithm 1, arXiv:2010.06081.</summary>
/// <remarks>
/// The utility of a client that took part is n L, n its examples and L the mean loss of its last training; plus the paper's term for old knowledge, √(0.1 ln R / r), R the round and r when it last took part; times (T / t)^α where its
/// time t is above T. ε of a round's clients are taken by lot from those that never took part; the rest with a probability in proportion to utility, from those whose utility is at least 95 % of the least one that
/// would be taken without lot.
/// Deviations: the paper's utility has the root of the mean squared loss of single examples, which clients do not tell here; T is the median time of those that took part, where the paper lets it grow as the loss falls;
/// ε does not fall; utilities are not clipped. Where clients are too few on one side the other gives more.
/// </remarks>
internal static class Oort
{
    private const double CutOff = 0.95;

    /// <summary>Some of them.</summary>
    /// <param name="all">In an order by lot.</param>
    /// <param name="count">At most all.</param>
    /// <param name="spec">ε and α.</param>
    /// <param name="round">R, 1-based.</param>
    /// <param name="random">Draws those of use.</param>
    public static Candidate[] Draw(IReadOnlyList<Candidate> all, int count, SelectionSpec spec, int round, RandomStream random)
    {
        var (known, unknown) = (all.Where(candidate => candidate.Last is not null).ToArray(), all.Where(candidate => candidate.Last is null).ToArray());
        var explored = Math.Clamp((int)Math.Round(spec.Exploration * count, MidpointRounding.AwayFromZero), Math.Max(0, count - known.Length), unknown.Length < count ? unknown.Length : count);
        var exploited = count - explored;
        if (exploited == 0) return unknown[..explored];

        var typical = Median(known.Select(candidate => candidate.Last!.Seconds));
        var utilities = known.ToDictionary(candidate => candidate.Id, candidate => Utility(candidate.Last!, typical, spec.Slowness, round), StringComparer.Ordinal);
        var least = utilities.Values.OrderDescending().ElementAt(exploited - 1) * CutOff;
        var useful = known.Where(candidate => utilities[candidate.Id] >= least).ToArray();
        return [.. WeightedLot.Draw(useful, candidate => utilities[candidate.Id], exploited, random), .. unknown[..explored]];
    }

    private static double Utility(ClientRecord last, double typical, double alpha, int round)
    {
        var utility = last.Examples * Math.Max(0, last.Loss) + Math.Sqrt(0.1 * PortableMath.Log(round) / last.Round);
        return last.Seconds > typical ? utility * Math.Pow(typical / last.Seconds, alpha) : utility;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
