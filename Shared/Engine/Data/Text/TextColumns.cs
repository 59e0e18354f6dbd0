using Federated.Core.Jobs;

namespace Federated.Engine.Data.Text;

/// <summary>Which column of a table of texts is what.</summary>
/// <param name="Count">Columns of the table.</param>
/// <param name="Text">Index of the text's.</param>
/// <param name="Label">Index of the label's.</param>
/// <param name="Client">Index of the client's; -1 without one.</param>
internal sealed record TextColumns(int Count, int Text, int Label, int Client)
{
    /// <summary>Assigns the columns by name. Without names the label's is the last that is not the client's, and the text's the first that is neither.</summary>
    /// <returns>null when something is wrong.</returns>
    public static TextColumns? Assign(List<string> names, DataSpec data, string file, FileErrors errors)
    {
        var client = Find(names, data.ClientColumn, "data.client_column", file, errors);
        var label = data.Label is null ? Enumerable.Range(0, names.Count).LastOrDefault(index => index != client, -1) : Find(names, data.Label, "data.label", file, errors);
        var text = data.Text.Column is null ? Enumerable.Range(0, names.Count).FirstOrDefault(index => index != client && index != label, -1)
            : Find(names, data.Text.Column, "data.text.column", file, errors);
        if (label < 0 || text < 0 || (client < 0 && data.ClientColumn is not null))
        {
            if (data is { Label: null, ClientColumn: null, Text.Column: null })
                errors.Add(file, $"line 1: a table of texts has a text and a label in each row, apart by {(Path.GetExtension(file) == ".csv" ? "a comma" : "a tab")}.");
            return null;
        }
        if (text != label && text != client && label != client) return new(names.Count, text, label, client);
        errors.Add(file, "line 1: text, label and client need a column each.");
        return null;
    }

    private static int Find(List<string> names, string? wanted, string key, string file, FileErrors errors)
    {
        if (wanted is null) return -1;
        var index = names.IndexOf(wanted);
        if (index < 0) errors.Add(file, $"line 1: there is no column '{wanted}', which {key} asks for. The columns are {string.Join(", ", names.Take(20))}. Correct {key}, or the file's first line.");
        return index;
    }
}
