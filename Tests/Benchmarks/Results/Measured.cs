using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Federated.Benchmarks.Results;

/// <summary>What one run of the command came to.</summary>
/// <param name="Rounds">Committed.</param>
/// <param name="Seconds">Wall time of the run.</param>
/// <param name="Figures">Every figure of the last evaluation by name, accuracy and loss among them.</param>
/// <param name="ByClient">The same for each client; null where clients were not measured apart.</param>
/// <param name="Translations">What the model makes of ten test sentences spread evenly; null where nothing is translated.</param>
internal sealed record Measured(int Rounds, double Seconds, SortedDictionary<string, double> Figures, SortedDictionary<string, SortedDictionary<string, double>>? ByClient,
    ImmutableArray<Translation>? Translations)
{
    /// <summary>Runs <c>federated run</c>, and <c>federated predict</c> where translations are wanted, in processes of their own and reads their JSON.</summary>
    /// <param name="job">The job file.</param>
    /// <param name="workers">Workers of one slot each.</param>
    /// <param name="translations">Whether the model is one that translates, and translations are wanted.</param>
    /// <param name="overrides">Values put over the file.</param>
    public static async Task<Measured> RunAsync(string job, int workers, bool translations, params string[] overrides)
    {
        var folder = Directory.CreateTempSubdirectory("federated-results-");
        try
        {
            var (results, data) = (Path.Combine(folder.FullName, "out"), Path.Combine(Path.GetDirectoryName(job)!, "data"));
            var summary = await FederatedAsync(["run", job, "--json", "--data-dir", data, "--workers", workers.ToString(CultureInfo.InvariantCulture), "--slots", "1", "--out", results,
                .. overrides.SelectMany(value => (string[])["--set", value])]);
            return Read(summary) with
            {
                Translations = translations ? Translation.Read(await FederatedAsync(["predict", results, "--data-dir", data, "--count", "10", "--json"])) : null,
            };
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Runs the command in a process of its own and gives its standard output.</summary>
    /// <exception cref="InvalidOperationException">It did not end well.</exception>
    public static async Task<string> FederatedAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "federated.dll"), .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"federated {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
    }

    private static Measured Read(string summary)
    {
        using var json = JsonDocument.Parse(summary);
        var (root, byClient) = (json.RootElement, json.RootElement.GetProperty("by_client"));
        return new(root.GetProperty("rounds").GetInt32(), root.GetProperty("wall_seconds").GetDouble(), FiguresOf(root),
            byClient.ValueKind == JsonValueKind.Object ? new(byClient.EnumerateObject().ToDictionary(client => client.Name, client => FiguresOf(client.Value)), StringComparer.Ordinal) : null,
            Translations: null);
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
