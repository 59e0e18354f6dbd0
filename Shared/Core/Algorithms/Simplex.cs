namespace Federated.Core.Algorithms;

/// <summary>Weights that are at least 0 and add up to 1.</summary>
public static class Simplex
{
    /// <summary>The Euclidean projection onto the simplex. Duchi, Shalev-Shwartz, Singer, Chandra, "Efficient Projections onto the l1-Ball for Learning in High Dimensions", ICML 2008, figure 1.</summary>
    /// <param name="values">Finite, at least one; receives the projection.</param>
    /// <param name="total">What the weights add up to, above 0.</param>
    /// <exception cref="ArgumentException">There is none, or one is not finite.</exception>
    public static void Project(Span<double> values, double total = 1)
    {
        if (values.IsEmpty) throw new ArgumentException("The simplex of no weights is empty.", nameof(values));
        var descending = values.ToArray();
        if (!descending.All(double.IsFinite)) throw new ArgumentException("Only finite weights have a projection.", nameof(values));
        Array.Sort(descending, static (a, b) => b.CompareTo(a));
        // The projection stays what it is under a shift; without one the differences of large values would be lost.
        var largest = descending[0];
        var (sum, threshold) = (0.0, 0.0);
        for (var count = 1; count <= descending.Length; count++)
        {
            var value = descending[count - 1] - largest;
            sum += value;
            if (value - (sum - total) / count > 0) threshold = (sum - total) / count;
        }
        foreach (ref var value in values) value = Math.Max(value - largest - threshold, 0);
    }
}
