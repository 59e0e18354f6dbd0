using System.Text.Json;
using System.Text.Json.Serialization;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Governance;
using Federated.Worker.Governance.Records;

namespace Federated.Worker.Governance;

/// <summary>One entry of the ledger of what was spent, as JSON in this order of keys, in snake_case.</summary>
/// <param name="Time">UTC, by the worker's clock.</param>
/// <param name="Account">Whose privacy.</param>
/// <param name="Run">The run.</param>
/// <param name="Round">1-based.</param>
/// <param name="Attempt">The attempt of the round; 0 where attempts do not count apart.</param>
/// <param name="Released">The release as <see cref="LedgerText"/> has it.</param>
public sealed record SpentEntry(DateTimeOffset Time, string Account, string Run, int Round, int Attempt, string Released)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <value>SHA-256 of the update, where each counts; null where those of a round do not count apart.</value>
    public string? Payload { get; init; }

    /// <summary>The entry of a release.</summary>
    public static SpentEntry Of(SpentRelease release, DateTimeOffset time) =>
        new(time, release.Account, release.Run, release.Round, release.Attempt, LedgerText.Write(PrivacyLedger.Empty.Add(release.Event)))
        {
            Payload = release.Payload.Length > 0 ? release.Payload : null,
        };

    /// <summary>The entry as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads <see cref="ToJson"/>.</summary>
    /// <exception cref="JsonException">It is not that.</exception>
    public static SpentEntry Parse(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<SpentEntry>(json, Json) ?? throw new JsonException("An entry is no object.");

    /// <summary>The release.</summary>
    /// <param name="folder">Of the record, for the message.</param>
    /// <param name="number">Of the entry, for the message.</param>
    /// <exception cref="RecordBrokenException">It is none that this version knows.</exception>
    public SpentRelease Release(string folder, long number)
    {
        var read = LedgerText.Read(Released);
        return read.Ledger is { Entries: [{ Count: 1 } only] }
            ? new(Account, Run, Round, Attempt, only.Event) { Payload = Payload ?? "" }
            : throw new RecordBrokenException(new(folder, 0, $"entry {number} of what was spent is no release that this version knows: {read.Error}"));
    }
}
