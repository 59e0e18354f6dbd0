using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Jobs;

namespace Federated.Engine.Data.Tables;

/// <summary>Which column of a table is what.</summary>
/// <param name="Names">All columns in order.</param>
/// <param name="Label">Index of the label's column.</param>
/// <param name="Client">Index of the column that names the client; -1 without one.</param>
/// <param name="Features">All others that are not ignored, in order.</param>
internal sealed record CsvColumns(ImmutableArray<string> Names, int Label, int Client, ImmutableArray<TableColumn> Features)
{
    /// <summary>Assigns the columns, by name.</summary>
    /// <param name="names">The header's fields.</param>
    /// <param name="data">Label, client and table of the job.</param>
    /// <param name="errors">Receives what is wrong.</param>
    /// <returns>null when something is wrong.</returns>
    public static CsvColumns? Assign(ImmutableArray<string> names, DataSpec data, TableErrors errors)
    {
        var (table, label, client) = (data.Table, data.Label, data.ClientColumn);
        Unique(names, errors);
        foreach (var (key, list) in new[] { ("categorical", table.Categorical), ("ignore", table.Ignore), ("indicators", table.Indicators) })
            foreach (var name in list.Values) Find(names, name, $"data.table.{key}", errors);
        var clientIndex = client is null ? -1 : Find(names, client, "data.client_column", errors);
        var labelIndex = label is null ? Enumerable.Range(0, names.Length).LastOrDefault(index => index != clientIndex && !table.Ignore.Values.Contains(names[index]), -1)
            : Find(names, label, "data.label", errors);
        if (clientIndex >= 0 && labelIndex == clientIndex) errors.Add($"line 1: '{client}' is both the label's column and the client's.");
        if (labelIndex >= 0 && table.Categorical.Values.Contains(names[labelIndex]))
            errors.Add($"line 1: '{names[labelIndex]}' is the label's column and in data.table.categorical; name another one in data.label, or remove it there.");
        var features = Enumerable.Range(0, names.Length)
            .Where(index => index != labelIndex && index != clientIndex && !table.Ignore.Values.Contains(names[index]))
            .Select(index => Feature(index, names[index], table)).ToImmutableArray();
        if (features.IsEmpty) errors.Add("line 1: there is no column left for features beside the label" + (client is null ? "." : " and the client."));
        return errors.None ? new(names, labelIndex, clientIndex, features) : null;
    }

    /// <summary>Whether the first row is data: then every field is a number or missing, at least one is a number, and columns are called c0, c1 ...</summary>
    public static bool IsHeaderless(List<string> first, TextList missing) =>
        first.Exists(field => CsvNumber.TryParse(field, out _)) && first.TrueForAll(field => CsvNumber.TryParse(field, out _) || missing.Values.Contains(field.Trim()));

    /// <summary>c0, c1 ...</summary>
    public static ImmutableArray<string> Numbered(int count) =>
        [.. Enumerable.Range(0, count).Select(index => string.Create(CultureInfo.InvariantCulture, $"c{index}"))];

    /// <summary>Reports names that occur more than once.</summary>
    public static void Unique(ImmutableArray<string> names, TableErrors errors)
    {
        foreach (var name in names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key))
            errors.Add($"line 1: the column '{name}' occurs more than once; rename one.");
    }

    /// <summary>The index of a column; -1, and an error, where there is none.</summary>
    public static int Find(ImmutableArray<string> names, string wanted, string key, TableErrors errors)
    {
        const int shown = 20;
        var index = names.IndexOf(wanted);
        if (index < 0)
        {
            errors.Add($"line 1: there is no column '{wanted}', which {key} asks for. The columns are {string.Join(", ", names.Take(shown))}"
                + (names.Length > shown ? $" and {names.Length - shown} more." : ".") + $" Correct {key}, or the file's first line.");
        }
        return index;
    }

    private static TableColumn Feature(int index, string name, TableSpec table)
    {
        var hasIndicator = table.Impute == Imputation.Mean && table.Indicators.Values.Contains(name);
        return table.Categorical.Values.Contains(name)
            ? new CategoryColumn(index, name, table.Missing.Values.Contains, table.Impute, hasIndicator, table.Categories.Find(name))
            : new NumberColumn(index, name, table.Missing.Values.Contains, table.Impute, hasIndicator);
    }
}
