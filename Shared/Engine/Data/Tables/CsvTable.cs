using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Engine.Data.Text;

namespace Federated.Engine.Data.Tables;

/// <summary>Reads a table with a label column: numbers as they are written, unscaled, and categories as one feature each, in the file's order.</summary>
internal static class CsvTable
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="data">What the job says of its columns.</param>
    /// <exception cref="EngineException">The file cannot be read or is not such a table; up to 20 errors at once, with line and column.</exception>
    public static LoadedSet LoadFile(string path, DataSpec data) => TextFile.Stream(path, reader => Load(reader, path, data));

    /// <summary>Reads a folder with a table for each client, who is called as the file without its ending. Each is read twice: alone, for one that cannot be used costs the
    /// others nothing, and then as a part of all, since categories are those of all.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="data">What the job says of their columns.</param>
    /// <exception cref="EngineException">There is no table that can be used. A single one that cannot, or has other columns than most, is told among the faults.</exception>
    public static LoadedSet LoadFolder(string path, DataSpec data)
    {
        if (data.ClientColumn is not null) throw new EngineException($"data.client_column: {path} is a folder, in which each file is a client: remove the key, or name a file in data.path.");
        var (read, broken) = ClientFiles.Read(TextFile.In(path, ".csv"), file =>
        {
            var alone = new CsvRows(file, data);
            TextFile.Stream(file, reader => alone.Read(reader, owner: ""));
            Assemble(alone, data);
            return alone.Columns!.Names;
        });
        var (alike, others) = ClientFiles.Alike(read, names => names);
        var all = new CsvRows(path, data);
        foreach (var (client, file, _) in alike) TextFile.Stream(file, reader => all.Read(reader, client));
        return Assemble(all, data) with { Faults = [.. broken.Concat(others).OrderBy(fault => fault.Client, StringComparer.Ordinal)] };
    }

    internal static LoadedSet Load(TextReader reader, string path, DataSpec data)
    {
        var rows = new CsvRows(path, data);
        rows.Read(reader, owner: "");
        return Assemble(rows, data);
    }

    private static LoadedSet Assemble(CsvRows rows, DataSpec data)
    {
        var (columns, labels, errors) = (rows.Columns!, rows.Labels, rows.Errors);
        foreach (var column in columns.Features.OfType<CategoryColumn>())
            if (column.Settle() is { } wrong) errors.Add(wrong);
        errors.ThrowIfAny();
        var (offsets, width) = (new List<int>(), 0);
        foreach (var column in columns.Features)
        {
            offsets.Add(width);
            width += column.Width;
        }
        if ((long)labels.Count * width > Array.MaxLength)
            throw new EngineException($"{rows.Path} cannot be used: {labels.Count} rows of {width} features do not fit into memory. Leave out columns with data.table.ignore, or take a part of the rows.");
        var values = new float[labels.Count * width];
        for (var row = 0; row < labels.Count; row++)
            foreach (var (i, column) in columns.Features.Index()) column.Write(row, values.AsSpan((row * width) + offsets[i], column.Width));
        var flags = columns.Features.Index().SelectMany(column => column.Item.Flags.Select(flag => offsets[column.Index] + flag)).ToImmutableArray();
        var listed = data.Table.Categories.Find(columns.Names[columns.Label]);
        var meaning = listed is null ? CsvLabels.Of(labels) : CsvLabels.Listed(labels, listed, rows.Lines, columns.Names[columns.Label], errors);
        errors.ThrowIfAny();
        return new(meaning.ShapeOver([width]) with { Flags = flags }, new FloatExamples(values, width, meaning.Labels, meaning.Targets), Test: null, [.. rows.Owners]);
    }
}
