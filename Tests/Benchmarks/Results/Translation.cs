using System.Collections.Immutable;
using System.Text.Json;

namespace Federated.Benchmarks.Results;

/// <summary>A sentence and what a model makes of it.</summary>
internal sealed record Translation(string Source, string Reference, string Translated)
{
    /// <param name="lines">What <c>federated predict --json</c> prints: one object a line.</param>
    public static ImmutableArray<Translation> Read(string lines) => [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
    {
        using var json = JsonDocument.Parse(line);
        return new Translation(Of(json, "source"), Of(json, "reference"), Of(json, "translation"));
    })];

    private static string Of(JsonDocument json, string name) => json.RootElement.GetProperty(name).GetString()!;
}
