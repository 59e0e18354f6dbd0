using System.Diagnostics;
using System.Text.Json;

namespace Federated.Benchmarks.Results;

/// <summary>What one run of the command came to.</summary>
/// <param name="Rounds">Committed.</param>
/// <param name="Seconds">Wall time of the run.</param>
/// <param name="Figures">Every figure of the last evaluation by name, accuracy and loss among them.</param>
/// <param name="ByClient">The same for each client; null where clients were not measured apart.</param>
internal sealed record Measured(int Rounds, double Seconds, SortedDictionary<string, double> Figures, SortedDictionary<string, SortedDictionary<string, double>>? ByClient)
{
    /// <summary>Runs <c>federated run</c> in a process of its own and reads its JSON.</summary>
    /// <param name="job">The job file.</param>
    /// <param name="workers">Workers of one slot each.</param>
    /// <param name="overrides">Values put over the file.</param>
    public static async Task<Measured> RunAsync(string job, int workers, params string[] overrides)
    {
        var folder = Directory.CreateTempSubdirectory("federated-results-");
        try
        {
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "federated.dll"), "run", job, "--json", "--data-dir", Path.Combine(Path.GetDirectoryName(job)!, "data"),
                "--workers", workers.ToString(System.Globalization.CultureInfo.InvariantCulture), "--slots", "1", "--out", Path.Combine(folder.FullName, "out"),
                .. overrides.SelectMany(value => (string[])["--set", value])])
                start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode != 0) throw new InvalidOperationException($"federated run {job} ended with {process.ExitCode}: {await errors}");
            return Read(output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Measured Read(string summary)
    {
        using var json = JsonDocument.Parse(summary);
        var (root, byClient) = (json.RootElement, json.RootElement.GetProperty("by_client"));
        return new(root.GetProperty("rounds").GetInt32(), root.GetProperty("wall_seconds").GetDouble(), FiguresOf(root),
            byClient.ValueKind == JsonValueKind.Object ? new(byClient.EnumerateObject().ToDictionary(client => client.Name, client => FiguresOf(client.Value)), StringComparer.Ordinal) : null);
    }

    private static SortedDictionary<string, double> FiguresOf(JsonElement measured)
    {
        var figures = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var name in (string[])["accuracy", "loss"])
            if (measured.GetProperty(name) is { ValueKind: JsonValueKind.Number } value) figures[name] = value.GetDouble();
        foreach (var figure in measured.GetProperty("metrics").EnumerateObject()) figures[figure.Name] = figure.Value.GetDouble();
        return figures;
    }
}
