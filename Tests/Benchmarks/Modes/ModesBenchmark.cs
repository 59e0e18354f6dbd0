using System.Globalization;
using System.Text;
using System.Text.Json;
using Federated.Benchmarks.Processes;

namespace Federated.Benchmarks.Modes;

/// <summary>Time to accuracy of the modes of a federation in which one client in five is five times slower, written into docs/modes.md. The clients wait rather than compute, so that two cores are
/// enough for ten of them; which ones are slow is fixed by the seed. Some minutes.</summary>
internal static class ModesBenchmark
{
    private const double Target = 0.9;
    private const string Stragglers = "0.2:5:0.4";
    private const string Begin = "<!-- modes: begin -->";
    private const string End = "<!-- modes: end -->";

    /// <param name="arguments">--repeats: runs of each mode.</param>
    /// <param name="root">The repository's root.</param>
    public static async Task<int> RunAsync(Arguments arguments, string root)
    {
        Report.Machine();
        var (repeats, results) = (arguments.Number("--repeats", 3), new List<(ModeRow Row, List<Reached> Runs)>());
        foreach (var row in ModeRow.All) results.Add((row, []));
        // In turn, so that a machine that grows slower grows slower for all.
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            foreach (var (row, runs) in results)
            {
                var reached = await MeasureAsync(row);
                runs.Add(reached);
                Report.Line($"{row.Mode}: {reached.Seconds:F1} s to accuracy {Target}, version {reached.Round}, {reached.Updates} updates, mean staleness {reached.Staleness:F1}");
            }
        }
        var page = Path.Combine(root, "docs", "modes.md");
        var text = await File.ReadAllTextAsync(page);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin) throw new InvalidDataException($"{page} has no '{Begin}' before '{End}'.");
        await File.WriteAllTextAsync(page, text[..(begin + Begin.Length)] + "\n" + Table(results) + text[end..]);
        return 0;
    }

    private static string Table(List<(ModeRow Row, List<Reached> Runs)> results)
    {
        var synchronous = Report.Median(results[0].Runs.Select(run => run.Seconds));
        var text = new StringBuilder($"| mode | settings | seconds to {Target.ToString(CultureInfo.InvariantCulture)} | times faster | versions | updates | mean staleness |\n|---|---|---|---|---|---|---|\n");
        foreach (var (row, runs) in results)
        {
            var seconds = runs.Select(run => run.Seconds).Order().ToArray();
            text.Append(CultureInfo.InvariantCulture, $"| {row.Mode} | `{row.Settings}` | {Report.Median(seconds):F1} ({seconds[0]:F1} to {seconds[^1]:F1}) | {synchronous / Report.Median(seconds):F1} ")
                .Append(CultureInfo.InvariantCulture, $"| {Report.Median(runs.Select(run => (double)run.Round)):F0} | {Report.Median(runs.Select(run => (double)run.Updates)):F0} ")
                .Append(CultureInfo.InvariantCulture, $"| {Report.Median(runs.Select(run => run.Staleness)):F1} |\n");
        }
        return text.ToString();
    }

    private static async Task<Reached> MeasureAsync(ModeRow row)
    {
        var folder = Directory.CreateTempSubdirectory("federated-modes-");
        try
        {
            var (job, results) = (Path.Combine(folder.FullName, "job.yaml"), Path.Combine(folder.FullName, "out"));
            await File.WriteAllTextAsync(job, row.Job);
            await FederatedCommand.RunAsync(["run", job, "--json", "--workers", "2", "--slots", (ModeRow.Concurrency / 2).ToString(CultureInfo.InvariantCulture), "--stragglers", Stragglers, "--out", results]);
            return Read(row, await File.ReadAllLinesAsync(Path.Combine(results, "metrics.jsonl")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Reached Read(ModeRow row, string[] lines)
    {
        var (seconds, updates, staleness) = (0.0, 0, 0.0);
        foreach (var line in lines)
        {
            using var json = JsonDocument.Parse(line);
            var round = json.RootElement;
            var counted = round.GetProperty("updates").GetInt32();
            seconds += round.GetProperty("wall_seconds").GetDouble();
            updates += counted;
            if (round.GetProperty("staleness") is { ValueKind: JsonValueKind.Object } old) staleness += counted * old.GetProperty("mean").GetDouble();
            if (round.GetProperty("accuracy") is { ValueKind: JsonValueKind.Number } accuracy && accuracy.GetDouble() >= Target)
                return new(seconds, round.GetProperty("round").GetInt32(), updates, staleness / updates);
        }
        throw new InvalidOperationException($"{row.Mode} did not reach accuracy {Target} in {row.Rounds} versions.");
    }

    private sealed record Reached(double Seconds, int Round, int Updates, double Staleness);
}
