using Federated.Core.Jobs;

namespace Federated.Engine.Data.Tables;

/// <summary>The rows of a table, or of several with the same columns, while they are read. Not thread-safe.</summary>
/// <param name="path">The file or folder, for messages.</param>
/// <param name="data">What the job says of the columns.</param>
internal sealed class CsvRows(string path, DataSpec data)
{
    /// <summary>The file or folder, for messages.</summary>
    public string Path { get; } = path;

    /// <summary>What the columns are; null before the first row is read.</summary>
    public CsvColumns? Columns { get; private set; }

    /// <summary>The line of each row in its file.</summary>
    public List<int> Lines { get; } = [];

    /// <summary>The label of each row as it is written.</summary>
    public List<string> Labels { get; } = [];

    /// <summary>The client of each row; empty where neither a column nor the file tells.</summary>
    public List<string> Owners { get; } = [];

    /// <summary>What is wrong.</summary>
    public TableErrors Errors { get; } = new(path);

    /// <summary>Reads one file.</summary>
    /// <param name="reader">Its text.</param>
    /// <param name="owner">Whose the file is; "" where its column tells, or nothing.</param>
    /// <returns>Rows that there are now.</returns>
    /// <exception cref="EngineException">It is no such table; up to 20 errors at once, with line and column.</exception>
    public int Read(TextReader reader, string owner)
    {
        var (begun, before) = (false, Labels.Count);
        try
        {
            foreach (var record in CsvReader.Read(reader, CsvReader.Character(data.Table.Separator)))
            {
                if (!begun)
                {
                    begun = true;
                    var headerless = CsvColumns.IsHeaderless(record.Fields, data.Table.Missing);
                    Columns ??= CsvColumns.Assign(headerless ? CsvColumns.Numbered(record.Fields.Count) : [.. record.Fields], data, Errors);
                    if (Columns is null) break;
                    if (!headerless) continue;
                }
                Add(record, owner);
                if (Errors.Full) break;
            }
        }
        catch (InvalidDataException broken)
        {
            Errors.Add(broken.Message);
        }
        if (Errors.None && Labels.Count == before) Errors.Add("line 1: there is no row of data: the file is empty, or has only a header. Give it rows, or leave it out.");
        Errors.ThrowIfAny();
        return Labels.Count;
    }

    private void Add(CsvRecord record, string owner)
    {
        var (line, fields) = record;
        if (fields.Count != Columns!.Names.Length)
        {
            Errors.Add($"line {line}: {fields.Count} fields, and the first row has {Columns.Names.Length}. Give every row as many; a field that has the separator in it needs quotes.");
            return;
        }
        foreach (var column in Columns.Features) column.Read(fields[column.Index], line, Errors);
        var label = fields[Columns.Label].Trim();
        if (label.Length == 0 || data.Table.Missing.Values.Contains(label))
            Errors.Add(line, Columns.Names[Columns.Label], "the label is missing: fill it in, or leave the row out.");
        Lines.Add(line);
        Labels.Add(label);
        if (owner.Length > 0) Owners.Add(owner);
        if (Columns.Client < 0) return;
        owner = fields[Columns.Client].Trim();
        if (ClientName.Fault(owner) is { } fault) Errors.Add(line, Columns.Names[Columns.Client], fault);
        Owners.Add(owner);
    }
}
