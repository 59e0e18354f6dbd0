using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Engine.Data.Tables;

namespace Federated.Engine.Data.Text;

/// <summary>Reads tables of texts with labels: files that end with .csv with commas and quotes after RFC 4180, all others with tabs and without quotes. In a folder each file is a client's.</summary>
internal static class LabelledTextReader
{
    /// <summary>Reads a folder, in which each file is a client's.</summary>
    /// <param name="path">It is there.</param>
    /// <param name="data">Which columns are what.</param>
    /// <exception cref="EngineException">There is no file that can be used. A single one that cannot is told among the faults.</exception>
    public static (List<LabelledText> Texts, ImmutableArray<ClientFault> Faults) ReadFolder(string path, DataSpec data)
    {
        if (data.ClientColumn is not null)
            throw new EngineException($"{path} is a folder, in which each file is a client's, and data.client_column names clients as well: remove it, or give a single file.");
        var (read, faults) = ClientFiles.Read(TextFile.In(path, ".csv", ".tsv", ".txt"), file => ReadFile(file, data));
        return ([.. read.SelectMany(file => file.Content.Select(text => text with { Client = file.Client }))], faults);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="EngineException">It cannot be used: up to 20 errors at once, with their lines.</exception>
    public static List<LabelledText> ReadFile(string file, DataSpec data)
    {
        var (errors, texts) = (new FileErrors(file), new List<LabelledText>());
        Read(file, "", data, texts, errors);
        if (texts.Count == 0 && errors.Told is null) errors.Add("line 1: there is no row with a text and a label: the file is empty, or has only a header. Give it rows, or leave it out.");
        errors.ThrowIfAny();
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
            errors.Add(file, $"line {line}: {fields.Count} fields, and the first row has {columns.Count}. Give every row as many.");
            return;
        }
        var (text, label) = (fields[columns.Text], fields[columns.Label].Trim());
        if (string.IsNullOrWhiteSpace(text)) errors.Add(file, $"line {line}: the text is empty: fill it in, or leave the row out.");
        if (label is "" or "?") errors.Add(file, $"line {line}: the label is missing: fill it in, or leave the row out.");
        var owner = columns.Client < 0 ? client : fields[columns.Client].Trim();
        if (columns.Client >= 0 && ClientName.Fault(owner) is { } fault) errors.Add(file, $"line {line}: {fault}");
        texts.Add(new(text, label, owner));
    }
}
