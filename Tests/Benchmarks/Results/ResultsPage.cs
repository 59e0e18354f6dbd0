using System.Globalization;
using System.Text;
using Federated.Benchmarks.Algorithms;

namespace Federated.Benchmarks.Results;

/// <summary>docs/results.md.</summary>
internal static class ResultsPage
{
    private const string Opening = """
        # Results

        Each row is a job of [examples/](../examples), run as it stands: `federated run examples/JOB.yaml`. *Central* is the same model with the same settings on one
        client that has all of the data, for the same number of training steps and with plain averaging: what the federation is to be compared with. Figures are those of the last round on the
        test set ([metrics.md](metrics.md) says what each means); seconds are wall time on two cores that other work may have shared, one run each, two workers for the federation and one for the
        central run, so that the times compare nothing but themselves.

        This page is written by the benchmark, never by hand:

        ```sh
        dotnet run -c Release --project Tests/Benchmarks -- results            # every row
        dotnet run -c Release --project Tests/Benchmarks -- results --only bccd-detector
        ```

        | task | job | model | data | clients | rounds | figure | at least | federated | central | seconds | seconds, central |
        |---|---|---|---|---|---|---|---|---|---|---|---|

        """;

    /// <summary>Writes the page of all that was measured.</summary>
    /// <param name="root">The repository's root.</param>
    public static Task WriteAsync(string root) => File.WriteAllTextAsync(Path.Combine(root, "docs", "results.md"),
        Write(ResultRecord.Load(Path.Combine(root, "docs", "results.json"))) + AlgorithmsSection.Write(AlgorithmRecord.Load(Path.Combine(root, "docs", "algorithms.json"))));

    /// <summary>The rows of tasks; they end with a line feed. Rows that were never measured are left out.</summary>
    public static string Write(IReadOnlyDictionary<string, ResultRecord> records)
    {
        var text = new StringBuilder(Opening);
        foreach (var row in ResultRow.All)
        {
            if (!records.TryGetValue(row.Job, out var record)) continue;
            var target = row.Target is { } value ? $"{(row.LowerIsBetter ? "at most " : "")}{Number(value)}" : "-";
            text.Append(CultureInfo.InvariantCulture, $"| {row.Task} | [{row.Job}](../examples/{row.Job}.yaml) | {record.Model} | {record.Data} | {record.Clients} ")
                .Append(CultureInfo.InvariantCulture, $"| {record.Federated.Rounds} | {row.Figure} | {target} | {Of(record.Federated.Figures, row.Figure)} | {Of(record.Central.Figures, row.Figure)} ")
                .Append(CultureInfo.InvariantCulture, $"| {record.Federated.Seconds:F0} | {record.Central.Seconds:F0} |\n");
        }
        Clients(text, records);
        Translations(text, records);
        Notes(text, records);
        return text.ToString().ReplaceLineEndings("\n");
    }

    private static void Clients(StringBuilder text, IReadOnlyDictionary<string, ResultRecord> records)
    {
        foreach (var row in ResultRow.All.Where(row => row.ByClient))
        {
            if (!records.TryGetValue(row.Job, out var record) || record.Federated.ByClient is not { } clients) continue;
            text.Append(CultureInfo.InvariantCulture, $"\n## {row.Job} at each client\nThe federated model on each client's own test examples.\n\n| client | accuracy | auroc |\n|---|---|---|\n");
            foreach (var (client, figures) in clients)
                text.Append(CultureInfo.InvariantCulture, $"| {client} | {Of(figures, "accuracy")} | {Of(figures, "auroc")} |\n");
        }
    }

    private static void Translations(StringBuilder text, IReadOnlyDictionary<string, ResultRecord> records)
    {
        foreach (var row in ResultRow.All.Where(row => row.Translations))
        {
            if (!records.TryGetValue(row.Job, out var record) || record.Federated.Translations is not { } federated || record.Central.Translations is not { } central) continue;
            text.Append(CultureInfo.InvariantCulture, $"\n## {row.Job}: ten sentences\nThe test sentences are spread evenly over the set, not chosen.\n\n")
                .Append("| source | reference | federated | central |\n|---|---|---|---|\n");
            foreach (var (ours, theirs) in federated.Zip(central))
                text.Append(CultureInfo.InvariantCulture, $"| {Cell(ours.Source)} | {Cell(ours.Reference)} | {Cell(ours.Translated)} | {Cell(theirs.Translated)} |\n");
        }
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static void Notes(StringBuilder text, IReadOnlyDictionary<string, ResultRecord> records)
    {
        var notes = ResultRow.All.Where(row => records.ContainsKey(row.Job)).Select(row => (row.Job, Text: Note(row, records))).Where(note => note.Text.Length > 0).ToList();
        if (notes.Count > 0) text.Append("\n## Notes\n");
        foreach (var (job, note) in notes) text.Append(CultureInfo.InvariantCulture, $"- **{job}.** {note}\n");
    }

    private static string Note(ResultRow row, IReadOnlyDictionary<string, ResultRecord> records)
    {
        var record = records[row.Job];
        var sentences = new List<string>();
        if (row.Note is { } note) sentences.Add(note);
        if (row.Central is { } central) sentences.Add($"Central training has {string.Join(", ", central.Select(value => $"`{value}`"))}.");
        if (row.Beside is { } other && records.TryGetValue(other, out var beside))
            sentences.Add($"Of {row.Figure}, {other} has {Beside(beside.Federated)}, this row {Beside(record.Federated)}; central, {Beside(beside.Central)} and {Beside(record.Central)}.");
        if (record.Federated.Figures.ContainsKey("naive_rmse"))
            sentences.Add($"The naive forecast, the last value, has {Of(record.Federated.Figures, "naive_rmse")}, that of the same hour of the day before {Of(record.Federated.Figures, "seasonal_naive_rmse")}.");
        return string.Join(' ', sentences);

        string Beside(Measured measured) => string.Create(CultureInfo.InvariantCulture, $"{Of(measured.Figures, row.Figure)} after {measured.Seconds:F0} s");
    }

    private static string Of(IReadOnlyDictionary<string, double> figures, string name) => figures.TryGetValue(name, out var value) ? Number(value) : "-";

    private static string Number(double value) => value.ToString(Math.Abs(value) < 10 ? "0.0000" : "0.00", CultureInfo.InvariantCulture);
}
