using System.Globalization;
using System.Text.Json;
using Federated.Benchmarks.Processes;
using Federated.Benchmarks.Results;

namespace Federated.Benchmarks.Algorithms;

/// <summary>Every synchronous algorithm on examples/fashion-clients.yaml with one budget of local work, as a user would run it. Writes its part of docs/results.md. Takes hours for all rows.</summary>
internal static class AlgorithmsBenchmark
{
    private const double Target = 0.8;

    /// <param name="root">The repository's root.</param>
    /// <param name="only">One row; null for all.</param>
    public static async Task<int> RunAsync(string root, string? only)
    {
        var rows = AlgorithmRow.All.Where(row => only is null || row.Name == only).ToList();
        if (rows.Count == 0)
        {
            await Console.Error.WriteLineAsync($"'{only}' is no row; there are {string.Join("; ", AlgorithmRow.All.Select(row => row.Name))}.");
            return 1;
        }
        var store = Path.Combine(root, "docs", "algorithms.json");
        Report.Machine();
        foreach (var row in rows)
        {
            var record = await MeasureAsync(Path.Combine(root, "examples", "fashion-clients.yaml"), row);
            var records = AlgorithmRecord.Load(store);
            records[row.Name] = record;
            AlgorithmRecord.Save(store, records);
            await ResultsPage.WriteAsync(root);
            Report.Line($"{row.Name}: accuracy {record.Accuracy:F4}, worst tenth {record.WorstTenth:F4}, rounds to {Target}: {record.RoundsToTarget}, {record.ProcessorSeconds:F0} s of processor time");
        }
        return 0;
    }

    private static async Task<AlgorithmRecord> MeasureAsync(string job, AlgorithmRow row)
    {
        var folder = Directory.CreateTempSubdirectory("federated-algorithms-");
        try
        {
            var results = Path.Combine(folder.FullName, "out");
            var (printed, processor) = await FederatedCommand.MeasureAsync(["run", job, "--json", "--workers", "2", "--slots", "1", "--out", results, .. row.Settings.SelectMany(value => (string[])["--set", value])]);
            using var summary = JsonDocument.Parse(printed);
            var run = summary.RootElement;
            return new(row.Settings, run.GetProperty("rounds").GetInt32(), await RoundsToTargetAsync(Path.Combine(results, "metrics.jsonl")), run.GetProperty("accuracy").GetDouble(),
                run.GetProperty("client_spread").GetProperty("worst_tenth").GetDouble(), run.GetProperty("personal_accuracy") is { ValueKind: JsonValueKind.Number } personal ? personal.GetDouble() : null,
                run.GetProperty("bytes_down").GetInt64(), run.GetProperty("bytes_up").GetInt64(), processor.TotalSeconds,
                TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int?> RoundsToTargetAsync(string metrics)
    {
        foreach (var line in await File.ReadAllLinesAsync(metrics))
        {
            using var round = JsonDocument.Parse(line);
            if (round.RootElement.GetProperty("accuracy") is { ValueKind: JsonValueKind.Number } accuracy && accuracy.GetDouble() >= Target) return round.RootElement.GetProperty("round").GetInt32();
        }
        return null;
    }
}
