using Federated.Core.Jobs;
using Federated.Engine.Data.Tables;

namespace Federated.Engine.Data.Text;

/// <summary>Reads tables of texts with labels: files that end with .csv with commas and quotes after RFC 4180, all others with tabs and without quotes. In a folder each file is a client's.</summary>
internal static class LabelledTextReader
{
    /// <summary>Reads a file or folder.</summary>
    /// <param name="path">It is there.</param>
    /// <param name="data">Which columns are what.</param>
    /// <param name="errors">Receives what is wrong, with file and line.</param>
    public static List<LabelledText> Read(string path, DataSpec data, FileErrors errors)
    {
        var folder = Directory.Exists(path);
        if (folder && data.ClientColumn is not null)
            errors.Add("each file of a folder is a client's, and data.client_column names clients as well: remove it, or give a single file.");
        var texts = new List<LabelledText>();
        foreach (var file in TextFile.In(path, ".csv", ".tsv", ".txt"))
        {
            var before = texts.Count;
            if (!errors.IsFull) Read(file, folder ? Path.GetFileNameWithoutExtension(file) : "", data, texts, errors);
            if (texts.Count == before && !errors.IsFull) errors.Add(file, "there is no row with a text and a label.");
        }
        return texts;
    }

    private static void Read(string file, string client, DataSpec data, List<LabelledText> texts, FileErrors errors)
    {
        TextColumns? columns = null;
        try
        {
            foreach (var (line, fields) in Rows(file))
            {
                if (errors.IsFull) return;
                if (columns is null)
                {
                    columns = TextColumns.Assign(data.Text.Header ? fields : [.. CsvColumns.Numbered(fields.Count)], data, file, errors);
                    if (columns is null) return;
                    if (data.Text.Header) continue;
                }
                Add(columns, line, fields, file, client, texts, errors);
            }
        }
        catch (InvalidDataException broken)
        {
            errors.Add(file, broken.Message);
        }
    }

    private static IEnumerable<CsvRecord> Rows(string file) => Path.GetExtension(file).Equals(".csv", StringComparison.OrdinalIgnoreCase)
        ? CsvReader.Read(new StringReader(TextFile.Read(file)))
        : TextFile.Lines(file).Index().Where(line => line.Item.Length > 0).Select(line => new CsvRecord(line.Index + 1, [.. line.Item.Split('\t')]));

    private static void Add(TextColumns columns, int line, List<string> fields, string file, string client, List<LabelledText> texts, FileErrors errors)
    {
        if (fields.Count != columns.Count)
        {
            errors.Add(file, $"line {line}: {fields.Count} fields, and the first row has {columns.Count}.");
            return;
        }
        var (text, label) = (fields[columns.Text], fields[columns.Label].Trim());
        if (string.IsNullOrWhiteSpace(text)) errors.Add(file, $"line {line}: the text is empty.");
        if (label is "" or "?") errors.Add(file, $"line {line}: the label is missing.");
        var owner = columns.Client < 0 ? client : fields[columns.Client].Trim();
        if (columns.Client >= 0 && owner.Length is 0 or > 256) errors.Add(file, $"line {line}: a client's name has 1 to 256 characters.");
        texts.Add(new(text, label, owner));
    }
}
