namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>Probabilities with which a random k-regular graph of clients fails: the events of section 3 of Bell et al., "Secure Single-Server Aggregation with (Poly)Logarithmic Overhead", CCS 2020, each for all n clients by the union bound.
/// Only the four basic operations are used, in a fixed order, so that coordinator and clients come to the same numbers on every platform.</summary>
internal static class GraphBounds
{
    // A share of n that is a whole number but for its representation (0.3 * 10) is that number.
    private const double Slack = 1e-9;

    /// <summary>The smallest threshold with which no honest client has that many corrupt neighbours, but for a probability of 2^-(σ+1) (not too many corrupt neighbours).</summary>
    public static int SmallestThreshold(int n, int k, double corrupt, int securityBits)
    {
        var limit = Math.ScaleB(1, -securityBits - 1) / n;
        var weights = Hypergeometric(n - 1, Part(n, corrupt), k, out var first, out var total);
        var (tail, t) = (0.0, first + weights.Length);
        while (t > first && (tail + weights[t - 1 - first]) / total <= limit) tail += weights[--t - first];
        return Math.Max(t, 2);
    }

    /// <summary>Whether every client keeps at least t neighbours when δ n others drop out, but for a probability of 2^-η (enough shares are available).</summary>
    public static bool Reaches(int n, int k, int t, double dropOut, int correctnessBits)
    {
        var weights = Hypergeometric(n - 1, n - 1 - Math.Min(Part(n, dropOut), n - 1), k, out var first, out var total);
        var below = 0.0;
        for (var x = first; x < t && x - first < weights.Length; x++) below += weights[x - first];
        return below / total <= Math.ScaleB(1, -correctnessBits) / n;
    }

    /// <summary>Whether the clients that are honest and stay are connected, but for a probability of 2^-(σ+1). To cut the circle of clients, each linked with the k / 2 on both sides, k / 2 in a row must be missing at two places: there are
    /// n (n - k - 1) / 2 pairs of places, and each is missing with probability (m)_k / (n)_k where m are missing.</summary>
    public static bool Connected(int n, int k, double corrupt, double dropOut, int securityBits)
    {
        var missing = Part(n, corrupt) + Part(n, dropOut);
        if (k > missing) return true;
        var cut = (double)n * (n - k - 1) / 2;
        for (var j = 0; j < k; j++) cut *= (double)(missing - j) / (n - j);
        return cut <= Math.ScaleB(1, -securityBits - 1);
    }

    // Probabilities, up to a common factor, of x marked ones among k drawn from a population: w(x + 1) / w(x) = (marked - x)(k - x) / ((x + 1)(population - marked - k + x + 1)), from the mode to both sides.
    private static double[] Hypergeometric(int population, int marked, int k, out int first, out double total)
    {
        first = Math.Max(0, k - (population - marked));
        var last = Math.Min(k, marked);
        var mode = Math.Clamp((int)((k + 1.0) * (marked + 1.0) / (population + 2.0)), first, last);
        var weights = new double[last - first + 1];
        weights[mode - first] = 1;
        for (var x = mode; x < last; x++) weights[x + 1 - first] = weights[x - first] * (marked - x) * (k - x) / ((x + 1.0) * (population - marked - k + x + 1.0));
        for (var x = mode; x > first; x--) weights[x - 1 - first] = weights[x - first] * x * (population - marked - k + x) / ((marked - x + 1.0) * (k - x + 1.0));
        total = 0;
        foreach (var weight in weights) total += weight;
        return weights;
    }

    /// <summary>How many of n clients a share of them is: the whole number below.</summary>
    public static int Part(int n, double share) => (int)(share * n + Slack);
}
