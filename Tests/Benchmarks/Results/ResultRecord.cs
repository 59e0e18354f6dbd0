using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Federated.Benchmarks.Results;

/// <summary>A row as it was measured. Kept in docs/results.json, so that one row can be measured anew without the others.</summary>
/// <param name="Job">The file below examples/, without .yaml.</param>
/// <param name="Model">Of the job.</param>
/// <param name="Data">Of the job.</param>
/// <param name="Clients">How the data is spread, for people.</param>
/// <param name="Federated">The job as it stands.</param>
/// <param name="Central">The same model and settings with one client that has all data, for the same number of steps.</param>
/// <param name="Date">Of the measurement.</param>
internal sealed record ResultRecord(string Job, string Model, string Data, string Clients, Measured Federated, Measured Central, string Date)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),   // Korean stays legible
    };

    /// <summary>What was measured before; empty without a file.</summary>
    public static SortedDictionary<string, ResultRecord> Load(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<SortedDictionary<string, ResultRecord>>(File.ReadAllText(path), Format)! : [];

    /// <summary>Writes all records.</summary>
    public static void Save(string path, SortedDictionary<string, ResultRecord> records) => File.WriteAllText(path, JsonSerializer.Serialize(records, Format) + "\n");
}
