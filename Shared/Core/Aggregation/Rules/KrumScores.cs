namespace Federated.Core.Aggregation.Rules;

/// <summary>Krum's scores: the sum of the squared distances to the nearest others.</summary>
internal static class KrumScores
{
    /// <summary>Those of some vectors among themselves.</summary>
    /// <param name="distances">Squared distances of all pairs.</param>
    /// <param name="among">The vectors that take part, at least one.</param>
    /// <param name="neighbours">How many of the nearest others count, at most one less than take part.</param>
    public static double[] Of(double[,] distances, IReadOnlyList<int> among, int neighbours)
    {
        var scores = new double[among.Count];
        var others = new double[among.Count - 1];
        for (var i = 0; i < among.Count; i++)
        {
            var at = 0;
            for (var j = 0; j < among.Count; j++)
                if (j != i) others[at++] = distances[among[i], among[j]];
            Array.Sort(others);
            foreach (var distance in others.AsSpan(0, neighbours)) scores[i] += distance;
        }
        return scores;
    }
}
