using System.Collections.Immutable;
using Federated.Core.Jobs;

namespace Federated.Engine.Data.Tables;

/// <summary>Reads a table with a label column: numbers as they are written, unscaled, and categories as one feature each, in the file's order.</summary>
internal static class CsvTable
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="data">What the job says of its columns.</param>
    /// <exception cref="EngineException">The file cannot be read or is not such a table; up to 20 errors at once, with line and column.</exception>
    public static LoadedSet Load(string path, DataSpec data)
    {
        try
        {
            using var reader = new StreamReader(path);
            return Load(reader, path, data);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be read: {error.Message}", error);
        }
    }

    internal static LoadedSet Load(TextReader reader, string path, DataSpec data)
    {
        var errors = new TableErrors(path);
        var (lines, labels, owners) = (new List<int>(), new List<string>(), ImmutableArray.CreateBuilder<string>());
        CsvColumns? columns = null;
        try
        {
            foreach (var record in CsvReader.Read(reader, CsvReader.Character(data.Table.Separator)))
            {
                if (columns is null)
                {
                    var headerless = CsvColumns.IsHeaderless(record.Fields, data.Table.Missing);
                    columns = CsvColumns.Assign(headerless ? CsvColumns.Numbered(record.Fields.Count) : [.. record.Fields], data, errors);
                    if (columns is null) break;
                    if (!headerless) continue;
                }
                lines.Add(record.Line);
                AddRow(record, columns, data, labels, owners, errors);
                if (errors.Full) break;
            }
        }
        catch (InvalidDataException broken)
        {
            errors.Add(broken.Message);
        }
        if (errors.None && labels.Count == 0) errors.Add("there is no row of data.");
        foreach (var column in errors.None ? columns!.Features.OfType<CategoryColumn>() : [])
            if (column.Settle() is { } wrong) errors.Add(wrong);
        errors.ThrowIfAny();
        return Assemble(columns!, data, labels, lines, owners.ToImmutable(), errors);
    }

    private static LoadedSet Assemble(CsvColumns columns, DataSpec data, List<string> labels, List<int> lines, ImmutableArray<string> owners, TableErrors errors)
    {
        var (offsets, width) = (new List<int>(), 0);
        foreach (var column in columns.Features)
        {
            offsets.Add(width);
            width += column.Width;
        }
        var values = new float[checked(labels.Count * width)];
        for (var row = 0; row < labels.Count; row++)
            foreach (var (i, column) in columns.Features.Index()) column.Write(row, values.AsSpan((row * width) + offsets[i], column.Width));
        var flags = columns.Features.Index().SelectMany(column => column.Item.Flags.Select(flag => offsets[column.Index] + flag)).ToImmutableArray();
        var listed = data.Table.Categories.Find(columns.Names[columns.Label]);
        var meaning = listed is null ? CsvLabels.Of(labels) : CsvLabels.Listed(labels, listed, lines, columns.Names[columns.Label], errors);
        errors.ThrowIfAny();
        return new(meaning.ShapeOver([width]) with { Flags = flags }, new FloatExamples(values, width, meaning.Labels, meaning.Targets), Test: null, owners);
    }

    private static void AddRow(CsvRecord record, CsvColumns columns, DataSpec data, List<string> labels, ImmutableArray<string>.Builder owners, TableErrors errors)
    {
        var (line, fields) = record;
        if (fields.Count != columns.Names.Length)
        {
            errors.Add($"line {line}: {fields.Count} fields, and the first row has {columns.Names.Length}.");
            return;
        }
        foreach (var column in columns.Features) column.Read(fields[column.Index], line, errors);
        var label = fields[columns.Label].Trim();
        if (label.Length == 0 || data.Table.Missing.Values.Contains(label))
            errors.Add(line, columns.Names[columns.Label], "the label is missing: fill it in, or leave the row out.");
        labels.Add(label);
        if (columns.Client < 0) return;
        var owner = fields[columns.Client].Trim();
        if (owner.Length is 0 or > 256) errors.Add(line, columns.Names[columns.Client], "a client's name has 1 to 256 characters.");
        owners.Add(owner);
    }
}
