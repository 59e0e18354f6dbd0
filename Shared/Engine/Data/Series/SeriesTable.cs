using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Jobs;
using Federated.Engine.Data.Tables;
using Federated.Engine.Data.Text;

namespace Federated.Engine.Data.Series;

/// <summary>One client's series.</summary>
/// <param name="Client">Whose; "" where the data does not say.</param>
/// <param name="Values">Row-major, shape [rows, features], the target first.</param>
internal sealed record ClientSeries(string Client, float[] Values);

/// <summary>What was read.</summary>
/// <param name="Source">The file or folder, for messages.</param>
/// <param name="Features">Columns of a row, the target first.</param>
/// <param name="Clients">In the order of their names.</param>
internal sealed record SeriesData(string Source, ImmutableArray<string> Features, ImmutableArray<ClientSeries> Clients)
{
    /// <summary>Whose file cannot be used.</summary>
    public ImmutableArray<ClientFault> Faults { get; init; } = [];
}

/// <summary>Reads tables whose rows are in the order of time. Rows of several clients may stand between each other; each client's own are in order.</summary>
internal static class SeriesTable
{
    /// <summary>Reads a file with one client, or with a column that names the client.</summary>
    /// <exception cref="EngineException">It cannot be read or used; up to 20 errors at once, with line and column.</exception>
    public static SeriesData LoadFile(string path, DataSpec data)
    {
        return TextFile.Stream(path, reader => Load(reader, path, data));
    }

    /// <summary>Reads a folder with a CSV file for each client, who is called as the file without its ending.</summary>
    /// <exception cref="EngineException">There is none that can be used. A single one that cannot, or has other columns than most, is told among the faults.</exception>
    public static SeriesData LoadFolder(string path, DataSpec data)
    {
        if (data.ClientColumn is not null) throw new EngineException($"data.client_column: {path} is a folder, in which each file is a client: remove the key, or name a file in data.path.");
        var files = Directory.GetFiles(path, "*.csv").Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0) throw new EngineException($"The folder {path} has no file *.csv; put one for each client there, or name a file in data.path.");
        var (read, broken) = ClientFiles.Read(files, file => LoadFile(file, data));
        var (alike, others) = ClientFiles.Alike(read, one => one.Features);
        return new(path, alike[0].Content.Features, [.. alike.Select(one => one.Content.Clients[0] with { Client = one.Client })]) { Faults = [.. broken, .. others] };
    }

    internal static SeriesData Load(TextReader reader, string path, DataSpec data)
    {
        var errors = new TableErrors(path);
        var clients = new SortedDictionary<string, Growing>(StringComparer.Ordinal);
        SeriesColumns? columns = null;
        try
        {
            foreach (var record in CsvReader.Read(reader))
            {
                if (columns is null)
                {
                    var headerless = CsvColumns.IsHeaderless(record.Fields, []);
                    columns = SeriesColumns.Assign(headerless ? CsvColumns.Numbered(record.Fields.Count) : [.. record.Fields], data, errors);
                    if (columns is null) break;
                    if (!headerless) continue;
                }
                AddRow(record, columns, clients, errors);
                if (errors.Full) break;
            }
        }
        catch (InvalidDataException broken)
        {
            errors.Add(broken.Message);
        }
        if (errors.None && clients.Count == 0) errors.Add("line 1: there is no row of data: the file is empty, or has only a header. Give it rows, or leave it out.");
        errors.ThrowIfAny();
        return new(path, [.. columns!.Features.Select(index => columns.Names[index])], [.. clients.Select(client => new ClientSeries(client.Key, [.. client.Value.Values]))]);
    }

    private static void AddRow(CsvRecord record, SeriesColumns columns, SortedDictionary<string, Growing> clients, TableErrors errors)
    {
        var (line, fields) = record;
        if (fields.Count != columns.Names.Length)
        {
            errors.Add($"line {line}: {fields.Count} fields, and the first row has {columns.Names.Length}. Give every row as many.");
            return;
        }
        var client = columns.Client < 0 ? "" : fields[columns.Client].Trim();
        if (columns.Client >= 0 && ClientName.Fault(client) is { } fault) errors.Add(line, columns.Names[columns.Client], fault);
        if (!clients.TryGetValue(client, out var series)) clients.Add(client, series = new());
        foreach (var index in columns.Features)
        {
            var text = fields[index].Trim();
            if (CsvNumber.TryParse(text, out var value) && float.IsFinite((float)value)) series.Values.Add((float)value);
            else if (text.Length == 0) errors.Add(line, columns.Names[index], "the value is missing. A series has no gaps: fill it in, for example with the value before it.");
            else errors.Add(line, columns.Names[index], $"'{TableErrors.Show(text)}' is not a finite number. Leave the column out of data.series.features, or correct it.");
        }
        if (columns.Time >= 0) CheckTime(fields[columns.Time].Trim(), line, columns, series, errors);
    }

    private static void CheckTime(string text, int line, SeriesColumns columns, Growing series, TableErrors errors)
    {
        if (Moment(text) is not { } moment)
        {
            errors.Add(line, columns.Names[columns.Time], $"'{TableErrors.Show(text)}' is neither a date and time as in ISO 8601, such as 2026-01-31T18:00, nor a number.");
            return;
        }
        if (series.Last is { } last && moment <= last.Moment)
            errors.Add(line, columns.Names[columns.Time], $"{TableErrors.Show(text)} is not later than {TableErrors.Show(last.Text)} in line {last.Line}: sort the rows by time, and leave out repeated ones.");
        series.Last = (moment, text, line);
    }

    // Seconds, or whatever a number counts.
    private static double? Moment(string text) => CsvNumber.TryParse(text, out var number) ? number
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.UtcTicks / (double)TimeSpan.TicksPerSecond : null;

    private sealed class Growing
    {
        public List<float> Values { get; } = [];

        public (double Moment, string Text, int Line)? Last { get; set; }
    }
}
