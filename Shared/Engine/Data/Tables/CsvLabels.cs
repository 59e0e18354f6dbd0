using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Engine.Data.Tables;

/// <summary>What a label column means.</summary>
/// <param name="Labels">0-based classes; empty for regression.</param>
/// <param name="Targets">Numbers; empty for classification.</param>
/// <param name="Classes">Names of the classes; empty for regression.</param>
internal sealed record CsvLabels(long[] Labels, float[] Targets, ImmutableArray<string> Classes)
{
    private const double LargestExact = 1L << 53;

    /// <summary>All whole numbers: classes in numerical order. All numbers, some not whole: regression. Else: classes in ordinal order of the
    /// texts.</summary>
    /// <param name="fields">The column.</param>
    public static CsvLabels Of(List<string> fields)
    {
        var numbers = new double[fields.Count];
        var numeric = true;
        for (var i = 0; numeric && i < numbers.Length; i++) numeric = CsvNumber.TryParse(fields[i], out numbers[i]);
        if (!numeric) return Classified(fields, StringComparer.Ordinal);
        if (Array.TrueForAll(numbers, number => number == Math.Truncate(number) && Math.Abs(number) < LargestExact))
            return Classified([.. numbers.Select(number => (long)number)], Comparer<long>.Default);
        return new([], Array.ConvertAll(numbers, number => (float)number), []);
    }

    /// <summary>What data with these labels gives to a model and wants of it.</summary>
    /// <param name="input">Shape of one example.</param>
    public DataShape ShapeOver(ImmutableArray<int> input) =>
        Classes.IsEmpty ? DataShape.ForNumbers(input) : DataShape.ForClasses(input, Classes.Length) with { ClassNames = Classes };

    /// <summary>Classes that the job lists, in its order.</summary>
    /// <param name="fields">The column.</param>
    /// <param name="listed">The classes.</param>
    /// <param name="lines">The line of each row, for messages.</param>
    /// <param name="column">The column's name, for messages.</param>
    /// <param name="errors">Receives labels that are not listed.</param>
    public static CsvLabels Listed(List<string> fields, TextList listed, List<int> lines, string column, TableErrors errors)
    {
        var classes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var name in listed.Values) classes.TryAdd(CategoryColumn.Canonical(name), classes.Count);
        var labels = new long[fields.Count];
        for (var i = 0; i < labels.Length && !errors.Full; i++)
        {
            if (classes.TryGetValue(CategoryColumn.Canonical(fields[i]), out labels[i])) continue;
            errors.Add(lines[i], column, $"'{TableErrors.Show(fields[i])}' is none of the classes that data.table.categories lists: correct it, or add it to the list.");
        }
        return new(labels, [], listed.Values);
    }

    private static CsvLabels Classified<T>(List<T> values, IComparer<T> order) where T : notnull
    {
        T[] classes = [.. values.Distinct().Order(order)];
        var numbers = classes.Select((value, number) => (value, number)).ToDictionary(pair => pair.value, pair => (long)pair.number);
        return new([.. values.Select(value => numbers[value])], [], [.. classes.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)!)]);
    }
}
