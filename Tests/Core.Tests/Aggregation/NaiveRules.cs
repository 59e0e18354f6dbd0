namespace Federated.Core.Tests.Aggregation;

/// <summary>The papers' formulas as they stand, one value after the other in double: what the rules of the product are compared with.</summary>
internal static class NaiveRules
{
    public static double[] Median(float[][] updates, int f) => Columns(updates, column => Middle([.. column.Order()]));

    public static double[] TrimmedMean(float[][] updates, int f) => Columns(updates, column => column.Order().Skip(f).SkipLast(f).Average());

    public static double[] Krum(float[][] updates, int f) => [.. updates[Best(updates, [.. Enumerable.Range(0, updates.Length)], f)].Select(value => (double)value)];

    public static double[] MultiKrum(float[][] updates, int f)
    {
        int[] all = [.. Enumerable.Range(0, updates.Length)];
        int[] chosen = [.. all.OrderBy(i => Score(updates, all, i, updates.Length - f - 2)).Take(updates.Length - f)];
        return Columns([.. chosen.Select(i => updates[i])], column => column.Average());
    }

    public static double[] Bulyan(float[][] updates, int f)
    {
        var (left, chosen) = (Enumerable.Range(0, updates.Length).ToList(), new List<int>());
        for (var i = 0; i < updates.Length - 2 * f; i++)
        {
            var best = Best(updates, [.. left], f);
            chosen.Add(best);
            left.Remove(best);
        }
        return Columns([.. chosen.Select(i => updates[i])], column =>
        {
            var median = Middle([.. column.Order()]);
            return column.Order().OrderBy(value => Math.Abs(value - median)).Take(chosen.Count - 2 * f).Average();
        });
    }

    /// <summary>By many plain steps of Weiszfeld from another starting point.</summary>
    public static double[] GeometricMedian(float[][] updates, double[] weights)
    {
        var point = Columns(updates, column => Middle([.. column.Order()]));
        for (var step = 0; step < 20_000; step++)
        {
            double[] factors = [.. updates.Select((update, k) => weights[k] / Math.Max(1e-9, Distance(update, point)))];
            point = [.. point.Select((_, i) => updates.Select((update, k) => factors[k] * update[i]).Sum() / factors.Sum())];
        }
        return point;
    }

    public static double[] CenteredClipping(float[][] updates, double[] center, double radius, int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            var from = center;
            double[] lengths = [.. updates.Select(update => Distance(update, from))];
            center = [.. from.Select((value, i) => value + updates.Select((update, k) => (update[i] - value) * Math.Min(1, radius / lengths[k])).Average())];
        }
        return center;
    }

    public static double[] FlTrust(float[][] updates, float[] root)
    {
        var length = Length(root);
        double[] trust = [.. updates.Select(update => Math.Max(0, update.Zip(root, (a, b) => (double)a * b).Sum() / (Length(update) * length)))];
        return [.. root.Select((_, i) => updates.Select((update, k) => trust[k] * length / Length(update) * update[i]).Sum() / trust.Sum())];
    }

    public static double Distance(float[] update, double[] point) => Math.Sqrt(update.Zip(point, (a, b) => (a - b) * (a - b)).Sum());

    private static double Length(float[] update) => Math.Sqrt(update.Sum(value => (double)value * value));

    private static int Best(float[][] updates, int[] among, int f) => among.OrderBy(i => Score(updates, among, i, Math.Min(among.Length - 1, Math.Max(1, among.Length - f - 2)))).First();

    private static double Score(float[][] updates, int[] among, int i, int neighbours) =>
        among.Where(j => j != i).Select(j => updates[i].Zip(updates[j], (a, b) => ((double)a - b) * ((double)a - b)).Sum()).Order().Take(neighbours).Sum();

    private static double Middle(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;

    private static double[] Columns(float[][] updates, Func<double[], double> fold) =>
        [.. Enumerable.Range(0, updates[0].Length).Select(i => fold([.. updates.Select(update => (double)update[i])]))];
}
