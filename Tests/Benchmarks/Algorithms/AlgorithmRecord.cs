using System.Collections.Immutable;
using System.Text.Json;

namespace Federated.Benchmarks.Algorithms;

/// <summary>What one algorithm came to. Kept in docs/algorithms.json, so that one row can be measured anew without the others.</summary>
/// <param name="Settings">As they were.</param>
/// <param name="Rounds">Committed.</param>
/// <param name="RoundsToTarget">The first measured round whose accuracy is at least 0.8; null where none is.</param>
/// <param name="Accuracy">Of the last round's model on the test set.</param>
/// <param name="WorstTenth">Mean accuracy of the tenth of all clients for which the last round's model does worst, on their validation shares.</param>
/// <param name="Personal">Accuracy of the own models of the last round's clients on their validation shares; null without.</param>
/// <param name="BytesDown">In all.</param>
/// <param name="BytesUp">In all.</param>
/// <param name="ProcessorSeconds">Processor time of coordinator and workers together.</param>
/// <param name="Date">Of the measurement.</param>
internal sealed record AlgorithmRecord(
    ImmutableArray<string> Settings, int Rounds, int? RoundsToTarget, double Accuracy, double WorstTenth, double? Personal, long BytesDown, long BytesUp, double ProcessorSeconds, string Date)
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>What was measured before; empty without a file.</summary>
    public static SortedDictionary<string, AlgorithmRecord> Load(string path) => File.Exists(path) ? JsonSerializer.Deserialize<SortedDictionary<string, AlgorithmRecord>>(File.ReadAllText(path), Format)! : [];

    /// <summary>Writes all records.</summary>
    public static void Save(string path, SortedDictionary<string, AlgorithmRecord> records) => File.WriteAllText(path, JsonSerializer.Serialize(records, Format) + "\n");
}
