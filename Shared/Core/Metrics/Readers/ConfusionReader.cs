using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Metrics.Readers;

/// <summary>Precision, recall and F1 of each class, and their means over classes with equal weights. With TP examples of a class that were predicted as it, P
/// predictions of the class and N examples of it: precision TP / P, recall TP / N, F1 2 TP / (P + N). What has the denominator 0 is undefined and left out, and a mean is over
/// the classes that have a value. The mean of F1 is that of the classes' F1, not the harmonic mean of the two other means (Opitz and Burst, "Macro F1 and Macro F1",
/// arXiv:1911.03347, the first of the two).</summary>
public sealed class ConfusionReader : ITallyReader
{
    private static readonly ImmutableArray<string> Names = ["precision", "recall", "f1"];

    /// <inheritdoc/>
    public string Tally => TallyNames.Confusion;

    /// <inheritdoc/>
    public ImmutableArray<FigureInfo> Figures { get; } =
    [
        .. Names.Select(name => new FigureInfo($"macro_{name}", HigherIsBetter: true)),
        .. Names.Select(name => new FigureInfo(name, HigherIsBetter: true) { IsOfOneClass = true }),
    ];

    /// <inheritdoc/>
    public string? Complaint(Tally tally) => ConfusionMatrix.ClassesOf(tally) is null ? "its last entry is not a 0 at a square of the number of classes."
        : tally.Values.Any(value => value < 0) ? "a count is negative." : null;

    /// <inheritdoc/>
    public IEnumerable<Figure> Read(Tally tally, MetricSums sums, ImmutableArray<string> classes)
    {
        if (ConfusionMatrix.ClassesOf(tally) is not { } count) return [];
        // Sparse: of a thousand classes most pairs never happen.
        var (right, predicted, actual) = (new double[count], new double[count], new double[count]);
        for (var i = 0; i < tally.Indices.Length - 1; i++)
        {
            var (of, taken, value) = (tally.Indices[i] / count, tally.Indices[i] % count, tally.Values[i]);
            (predicted[taken], actual[of]) = (predicted[taken] + value, actual[of] + value);
            if (of == taken) right[of] += value;
        }
        var all = Enumerable.Range(0, count);
        ImmutableArray<double?[]> columns =
        [
            [.. all.Select(c => Ratio(right[c], predicted[c]))],
            [.. all.Select(c => Ratio(right[c], actual[c]))],
            [.. all.Select(c => Ratio(2 * right[c], predicted[c] + actual[c]))],
        ];
        var means = Names.Zip(columns, (name, column) => (Name: $"macro_{name}", Value: column.Average()));
        if (count > Goal.MostClasses) return Defined(means);
        var named = ConfusionMatrix.Names(count, classes);
        return Defined(means.Concat(Names.Zip(columns).SelectMany(pair => all.Select(c => (Name: $"{pair.First}/{named[c]}", Value: pair.Second[c])))));
    }

    private static double? Ratio(double part, double whole) => whole > 0 ? part / whole : null;

    private static IEnumerable<Figure> Defined(IEnumerable<(string Name, double? Value)> figures) =>
        figures.Where(figure => figure.Value is not null).Select(figure => new Figure(figure.Name, figure.Value!.Value));
}
