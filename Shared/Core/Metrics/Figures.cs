using System.Collections.Immutable;

namespace Federated.Core.Metrics;

/// <summary>What sums come to.</summary>
public static class Figures
{
    /// <summary>The name under which a stop rule looks at the fraction of hits.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>The name under which a stop rule looks at the mean loss.</summary>
    public const string Loss = "loss";

    /// <summary>What is known of every figure, accuracy and loss first.</summary>
    public static ImmutableArray<FigureInfo> Known { get; } =
        [new(Accuracy, HigherIsBetter: true), new(Loss, HigherIsBetter: false), .. TallyReaders.All.SelectMany(reader => reader.Figures)];

    /// <summary>What is known of a figure by its name; null where there is none like it.</summary>
    public static FigureInfo? Find(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var (head, ofOneClass) = slash < 0 ? (name, false) : (name[..slash], slash < name.Length - 1);
        return Known.FirstOrDefault(known => known.Name == head && known.IsOfOneClass == ofOneClass && (slash < 0 || ofOneClass));
    }

    /// <summary>All figures that are defined for these sums, in the order of readers. Accuracy and loss are not among them: they follow from the triple alone.
    /// A figure that is not finite is left out.</summary>
    /// <param name="sums">Tallies that nobody reads are passed over.</param>
    /// <param name="classes">Names of the classes; empty where they have none or there are too many of them.</param>
    public static ImmutableArray<Figure> Of(EvaluationSums sums, ImmutableArray<string> classes)
    {
        var tallies = sums.Tallies.ToDictionary(tally => tally.Name, StringComparer.Ordinal);
        return
        [
            .. TallyReaders.All.Where(reader => tallies.ContainsKey(reader.Tally))
                .SelectMany(reader => reader.Read(tallies[reader.Tally], sums.Sums, classes))
                .Where(figure => double.IsFinite(figure.Value)),
        ];
    }
}
