using Federated.Core.Randomness;

namespace Federated.Core.Partitioning;

/// <summary>Label skew after Hsu, Qi and Brown, "Measuring the effects of non-identical data distribution for federated visual classification", 2019,
/// arXiv:1909.06335, section 3: every client draws a label mix q from a Dirichlet distribution around the data set's own mix p and holds equally many
/// examples, their labels drawn from q without replacement.</summary>
/// <remarks>
/// The concentration of label c is alpha C p_c for C labels, which is alpha for each label of a balanced set, as later work reads the parameter; the
/// paper's alpha is C times that. (The other common split, Yurochkin et al. 2019, arXiv:1905.12022, cuts each label by proportions over clients and
/// so skews sizes too.) Sizes are equal up to one, so the minimum is met whenever it can be met, and nothing is drawn again. When a label runs out, a
/// mix is renormalised over what is left; to let that touch all clients alike, examples are dealt in a random order of clients, not client by client.
/// </remarks>
internal static class DirichletPartition
{
    public static int[][] Draw(ReadOnlySpan<long> labels, int classes, int clients, double alpha, RandomStream stream)
    {
        var pools = Pools(labels, classes, stream);
        var concentration = new double[classes];
        for (var c = 0; c < classes; c++) concentration[c] = alpha * classes * pools[c].Count / labels.Length;
        var mixes = new double[clients][];
        for (var client = 0; client < clients; client++) stream.NextDirichlet(concentration, mixes[client] = new double[classes]);

        var sizes = IidPartition.Sizes(labels.Length, clients);
        var shares = Array.ConvertAll(sizes, size => new int[size]);
        foreach (var client in Turns(sizes, stream))
        {
            var pool = pools[DrawLabel(mixes[client], pools, stream)];
            shares[client][--sizes[client]] = pool[^1];
            pool.RemoveAt(pool.Count - 1);
        }
        return shares;
    }

    private static List<int>[] Pools(ReadOnlySpan<long> labels, int classes, RandomStream stream)
    {
        var pools = new List<int>[classes];
        for (var c = 0; c < classes; c++) pools[c] = [];
        foreach (var example in IidPartition.Shuffled(labels.Length, stream)) pools[labels[example]].Add(example);
        return pools;
    }

    private static int[] Turns(int[] sizes, RandomStream stream)
    {
        int[] turns = [.. sizes.SelectMany((size, client) => Enumerable.Repeat(client, size))];
        stream.Shuffle<int>(turns);
        return turns;
    }

    private static int DrawLabel(double[] mix, List<int>[] pools, RandomStream stream)
    {
        var total = 0.0;
        for (var c = 0; c < mix.Length; c++)
            if (pools[c].Count > 0) total += mix[c];
        if (total == 0) return Fullest(pools);   // all labels that the client wants have run out
        var (point, last) = (stream.NextDouble() * total, -1);
        for (var c = 0; c < mix.Length; c++)
        {
            if (pools[c].Count == 0 || mix[c] == 0) continue;
            last = c;
            if ((point -= mix[c]) < 0) break;
        }
        return last;   // also where rounding left the point at the very end
    }

    private static int Fullest(List<int>[] pools)
    {
        var fullest = 0;
        for (var c = 1; c < pools.Length; c++)
            if (pools[c].Count > pools[fullest].Count) fullest = c;
        return fullest;
    }
}
