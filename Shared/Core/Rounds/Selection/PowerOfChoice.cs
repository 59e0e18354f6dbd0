using Federated.Core.Randomness;

namespace Federated.Core.Rounds.Selection;

/// <summary>Power of choice. Cho, Wang, Joshi, "Client Selection in Federated Learning: Convergence Analysis and Power-of-Choice Selection Strategies", 2020, section 3.2, arXiv:2010.01243, in its variant rpow-d, which asks no client
/// for its loss: that of its last local training stands for it, and is infinite where it never took part. As in the paper the updates then count alike, since the draw of candidates has their examples in it.</summary>
internal static class PowerOfChoice
{
    /// <summary>Some of them.</summary>
    /// <param name="all">In an order by lot.</param>
    /// <param name="count">At most all.</param>
    /// <param name="choices">d / m: candidates for each that is taken, at least 1. They are drawn in proportion to their examples.</param>
    /// <param name="random">Draws the candidates.</param>
    public static Candidate[] Draw(IReadOnlyList<Candidate> all, int count, double choices, RandomStream random)
    {
        var candidates = WeightedLot.Draw(all, Sizes.Of(all), Math.Min(all.Count, (int)Math.Ceiling(Math.Round(choices * count, 9))), random);
        return [.. candidates.OrderByDescending(candidate => candidate.Last?.Loss ?? double.PositiveInfinity).Take(count)];   // a stable order: of equal ones, who was drawn first
    }
}
