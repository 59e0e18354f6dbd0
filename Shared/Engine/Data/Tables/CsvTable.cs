using System.Collections.Immutable;

namespace Federated.Engine.Data.Tables;

/// <summary>Reads a table with a label column: numeric features as they are written, unscaled, in the file's order.</summary>
internal static class CsvTable
{
    private const int MaxErrors = 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="label">The label's column; null for the last.</param>
    /// <param name="client">The column that names the client; null without one.</param>
    /// <exception cref="EngineException">The file cannot be read or is not such a table; up to 20 errors at once, with line and column.</exception>
    public static LoadedSet Load(string path, string? label, string? client)
    {
        try
        {
            using var reader = new StreamReader(path);
            return Load(reader, path, label, client);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be read: {error.Message}", error);
        }
    }

    internal static LoadedSet Load(TextReader reader, string path, string? label, string? client)
    {
        var errors = new List<string>();
        var (values, labels, owners) = (new List<float>(), new List<string>(), ImmutableArray.CreateBuilder<string>());
        CsvColumns? columns = null;
        try
        {
            foreach (var record in CsvReader.Read(reader))
            {
                if (columns is null)
                {
                    var headerless = CsvColumns.IsHeaderless(record.Fields);
                    columns = CsvColumns.Assign(headerless ? CsvColumns.Numbered(record.Fields.Count) : [.. record.Fields], label, client, errors);
                    if (columns is null) break;
                    if (!headerless) continue;
                }
                AddRow(record, columns, values, labels, owners, errors);
                if (errors.Count >= MaxErrors) break;
            }
        }
        catch (InvalidDataException broken)
        {
            errors.Add(broken.Message);
        }
        if (errors.Count == 0 && labels.Count == 0) errors.Add("there is no row of data.");
        if (errors.Count > 0) throw new EngineException(Message(path, errors));

        var meaning = CsvLabels.Of(labels);
        var width = columns!.Features.Length;
        return new(meaning.ShapeOver([width]), new FloatExamples([.. values], width, meaning.Labels, meaning.Targets), Test: null, owners.ToImmutable());
    }

    private static void AddRow(
        CsvRecord record, CsvColumns columns, List<float> values, List<string> labels, ImmutableArray<string>.Builder owners, List<string> errors)
    {
        var (line, fields) = record;
        if (fields.Count != columns.Names.Length)
        {
            errors.Add($"line {line}: {fields.Count} fields, and the first row has {columns.Names.Length}.");
            return;
        }
        foreach (var column in columns.Features)
        {
            if (CsvNumber.TryParse(fields[column], out var value) && float.IsFinite((float)value)) values.Add((float)value);
            else errors.Add($"line {line}, column '{columns.Names[column]}': {Complaint(fields[column])}");
        }
        var label = fields[columns.Label].Trim();
        if (IsMissing(label)) errors.Add($"line {line}, column '{columns.Names[columns.Label]}': the label is missing.");
        labels.Add(label);
        if (columns.Client < 0) return;
        var owner = fields[columns.Client].Trim();
        if (owner.Length is 0 or > 256) errors.Add($"line {line}, column '{columns.Names[columns.Client]}': a client's name has 1 to 256 characters.");
        owners.Add(owner);
    }

    private static bool IsMissing(string field) => field.AsSpan().Trim() is "" or "?";

    private static string Complaint(string field) => IsMissing(field)
        ? "the value is missing. Missing values are not supported: fill them in, or leave the rows out."
        : $"'{(field.Length > 40 ? field[..40] + "..." : field)}' is not a finite number. "
            + "Features are numbers: encode categories as numbers, or leave the column out.";

    private static string Message(string path, List<string> errors) =>
        $"{path} cannot be used:\n{string.Join('\n', errors.Take(MaxErrors).Select(error => "  " + error))}"
            + (errors.Count >= MaxErrors ? $"\n  Only the first {MaxErrors} errors are shown." : "");
}
