using System.Collections.Immutable;
using System.Globalization;

namespace Federated.Engine.Data.Tables;

/// <summary>Which column of a table is what.</summary>
/// <param name="Names">All columns in order.</param>
/// <param name="Label">Index of the label's column.</param>
/// <param name="Client">Index of the column that names the client; -1 without one.</param>
/// <param name="Features">Indices of all other columns.</param>
internal sealed record CsvColumns(ImmutableArray<string> Names, int Label, int Client, ImmutableArray<int> Features)
{
    /// <summary>Assigns the columns, by name.</summary>
    /// <param name="names">The header's fields.</param>
    /// <param name="label">The label's column; null for the last that is not the client's.</param>
    /// <param name="client">The client's column; null without one.</param>
    /// <param name="errors">Receives what is wrong.</param>
    /// <returns>null when something is wrong.</returns>
    public static CsvColumns? Assign(ImmutableArray<string> names, string? label, string? client, List<string> errors)
    {
        foreach (var name in names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key))
            errors.Add($"line 1: the column '{name}' occurs more than once; rename one.");
        var clientIndex = client is null ? -1 : Find(names, client, "data.client_column", errors);
        var labelIndex = label is null ? Enumerable.Range(0, names.Length).LastOrDefault(index => index != clientIndex, -1)
            : Find(names, label, "data.label", errors);
        if (clientIndex >= 0 && labelIndex == clientIndex) errors.Add($"line 1: '{client}' is both the label's column and the client's.");
        var features = Enumerable.Range(0, names.Length).Where(index => index != labelIndex && index != clientIndex).ToImmutableArray();
        if (features.IsEmpty) errors.Add("line 1: there is no column left for features beside the label" + (client is null ? "." : " and the client."));
        return errors.Count == 0 ? new(names, labelIndex, clientIndex, features) : null;
    }

    /// <summary>Whether the first row is data: then every field is a number, and columns are called c0, c1 ...</summary>
    public static bool IsHeaderless(List<string> first) => first.TrueForAll(field => CsvNumber.TryParse(field, out _));

    /// <summary>c0, c1 ...</summary>
    public static ImmutableArray<string> Numbered(int count) =>
        [.. Enumerable.Range(0, count).Select(index => string.Create(CultureInfo.InvariantCulture, $"c{index}"))];

    private static int Find(ImmutableArray<string> names, string wanted, string key, List<string> errors)
    {
        const int shown = 20;
        var index = names.IndexOf(wanted);
        if (index < 0)
        {
            errors.Add($"line 1: there is no column '{wanted}', which {key} asks for. The columns are {string.Join(", ", names.Take(shown))}"
                + (names.Length > shown ? $" and {names.Length - shown} more." : "."));
        }
        return index;
    }
}
