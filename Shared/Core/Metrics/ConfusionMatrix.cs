using System.Collections.Immutable;
using System.Globalization;

namespace Federated.Core.Metrics;

/// <summary>How often each class was taken for each other one.</summary>
/// <param name="Classes">Names.</param>
/// <param name="Counts">Shape [actual, predicted], row-major.</param>
public sealed record ConfusionMatrix(ImmutableArray<string> Classes, ImmutableArray<long> Counts)
{
    /// <summary>The matrix of a complete tally; null without such a tally, and with more than <see cref="Goal.MostClasses"/> classes.</summary>
    /// <param name="sums">An evaluation's sums.</param>
    /// <param name="names">Names of the classes; where there are not as many, they go by their indices.</param>
    public static ConfusionMatrix? Of(EvaluationSums sums, ImmutableArray<string> names)
    {
        if (sums.Tallies.FirstOrDefault(tally => tally.Name == TallyNames.Confusion) is not { Indices.IsEmpty: false } tally) return null;
        var classes = ClassesOf(tally);
        if (classes is null or > Goal.MostClasses) return null;
        return new(Names(classes.Value, names), [.. Enumerable.Range(0, classes.Value * classes.Value).Select(index => (long)tally[index])]);
    }

    /// <summary>The number of classes of a tally; null where its last entry does not tell one.</summary>
    internal static int? ClassesOf(Tally tally)
    {
        if (tally.Indices.IsEmpty || tally.Values[^1] != 0) return null;
        var root = (int)Math.Round(Math.Sqrt(tally.Indices[^1]));
        return root > 0 && (long)root * root == tally.Indices[^1] ? root : null;
    }

    /// <summary>Names of the classes, or their indices.</summary>
    internal static ImmutableArray<string> Names(int classes, ImmutableArray<string> names) => names.Length == classes
        ? names : [.. Enumerable.Range(0, classes).Select(index => index.ToString(CultureInfo.InvariantCulture))];
}
