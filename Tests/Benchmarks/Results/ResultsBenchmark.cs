using System.Globalization;
using Federated.Core.Jobs;

namespace Federated.Benchmarks.Results;

/// <summary>What the examples reach, federated and central: runs each row's job as a user would and writes docs/results.md. Takes hours for all rows.</summary>
internal static class ResultsBenchmark
{
    /// <param name="root">The repository's root: examples/ and docs/ are below it.</param>
    /// <param name="only">One row's job; null for all.</param>
    public static async Task<int> RunAsync(string root, string? only)
    {
        var rows = ResultRow.All.Where(row => only is null || row.Job == only).ToList();
        if (rows.Count == 0)
        {
            await Console.Error.WriteLineAsync($"'{only}' is no row; there are {string.Join(", ", ResultRow.All.Select(row => row.Job))}.");
            return 1;
        }
        var store = Path.Combine(root, "docs", "results.json");
        Report.Machine();
        foreach (var row in rows)
        {
            var record = await MeasureAsync(Path.Combine(root, "examples", row.Job + ".yaml"), row);
            var records = ResultRecord.Load(store);   // anew each time: another row may be measured beside this one
            records[row.Job] = record;
            ResultRecord.Save(store, records);
            await ResultsPage.WriteAsync(root);
            Print(row, "federated", record.Federated);
            Print(row, "central", record.Central);
        }
        return 0;
    }

    private static async Task<ResultRecord> MeasureAsync(string path, ResultRow row)
    {
        var result = JobReader.Read(await File.ReadAllTextAsync(path));
        var job = result.Job ?? throw new InvalidOperationException($"{path}: {string.Join("; ", result.Errors)}");
        var federated = await Measured.RunAsync(path, workers: 2, row.Translations);
        // As many steps as the federation's clients made together: one client's epoch over all data is an epoch of every client.
        var rounds = Math.Max(1, (int)Math.Round(federated.Rounds * job.Federation.Cohort.Fraction));
        string[] one = ["data.clients=1", "data.partition={kind: iid}", "federation.cohort={fraction: 1, minimum: 1, deadline: 7d}",
            string.Create(CultureInfo.InvariantCulture, $"federation.rounds={rounds}"), string.Create(CultureInfo.InvariantCulture, $"evaluation.every={rounds}"), "stop={}", "evaluation.per_client=false",
            "federation.algorithm={name: fedavg}", .. row.Central ?? []];
        var central = await Measured.RunAsync(path, workers: 1, row.Translations, one);
        return new(row.Job, job.Model.Name ?? "layers", job.Data.Name, Clients(job), federated, central, TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    private static string Clients(JobSpec job)
    {
        var partition = job.Data.Partition;
        var cohort = job.Federation.Cohort.Fraction < 1 ? string.Create(CultureInfo.InvariantCulture, $", {job.Federation.Cohort.Fraction} a round") : "";
        return partition.Kind switch
        {
            PartitionKind.Natural => $"natural{cohort}",
            PartitionKind.Dirichlet or PartitionKind.Quantity =>
                string.Create(CultureInfo.InvariantCulture, $"{job.Data.Clients}, {partition.Kind.ToString().ToLowerInvariant()} {partition.Alpha}{cohort}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{job.Data.Clients}, {partition.Kind.ToString().ToLowerInvariant()}{cohort}"),
        };
    }

    private static void Print(ResultRow row, string how, Measured measured) =>
        Report.Line($"{row.Job}, {how}: {measured.Rounds} rounds, {measured.Seconds:F0} s, {string.Join(", ", measured.Figures.Where(figure => !figure.Key.Contains('/', StringComparison.Ordinal)).Select(figure => string.Create(CultureInfo.InvariantCulture, $"{figure.Key} {figure.Value:F4}")))}");
}
