using Federated.Core.Randomness;

namespace Federated.Core.Partitioning;

/// <summary>Quantity skew (Li et al., "Federated learning on non-IID data silos: an experimental study", ICDE 2022, arXiv:2102.02079):
/// labels mixed evenly, sizes in proportions drawn from a symmetric Dirichlet distribution.</summary>
/// <remarks>Every client first gets the minimum and the rest goes by the proportions, largest remainders first; the paper has no minimum. So it ends
/// after one draw.</remarks>
internal static class QuantityPartition
{
    public static int[][] Draw(int examples, int clients, double alpha, int minimum, RandomStream stream)
    {
        minimum = Math.Max(1, minimum);
        var (concentration, proportions) = (new double[clients], new double[clients]);
        Array.Fill(concentration, alpha);
        stream.NextDirichlet(concentration, proportions);
        var sizes = Apportion(examples - clients * minimum, proportions);
        for (var client = 0; client < clients; client++) sizes[client] += minimum;
        return IidPartition.Cut(IidPartition.Shuffled(examples, stream), sizes);
    }

    /// <summary>Whole numbers with sum <paramref name="total"/>, each within one of its proportion: floors, then one more to the largest remainders,
    /// ties to the lower index (Hamilton's method).</summary>
    private static int[] Apportion(int total, double[] proportions)
    {
        var sizes = Array.ConvertAll(proportions, proportion => (int)(proportion * total));
        var missing = total - sizes.Sum();   // 0 to the number of clients: rounding errors of the proportions are far below 1 / total
        var byRemainder = Enumerable.Range(0, sizes.Length).OrderByDescending(i => proportions[i] * total - sizes[i]).ThenBy(i => i).ToArray();
        for (var i = 0; i < missing; i++) sizes[byRemainder[i]]++;
        return sizes;
    }
}
