using System.Text.Json;
using System.Text.Json.Serialization;

namespace Federated.Worker.Governance;

/// <summary>One entry of the audit log: something that was about to leave, or that happened to the log. Written as JSON in this order of keys, in snake_case, without those that have no
/// value.</summary>
public sealed record AuditEntry
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <value>UTC, by the worker's clock.</value>
    public required DateTimeOffset Time { get; init; }

    /// <value>A <see cref="DepartureKind"/> in snake_case; or start: a worker began under a policy; cut: an unfinished entry was cut off at the start.</value>
    public required string Kind { get; init; }

    /// <value>Where it goes: the URL for transfers, or the cluster addresses that were dialled; start: the worker's name.</value>
    public string? To { get; init; }

    /// <value>The run.</value>
    public string? Run { get; init; }

    /// <value>The round.</value>
    public int? Round { get; init; }

    /// <value>The attempt of the round.</value>
    public int? Attempt { get; init; }

    /// <value>The client.</value>
    public string? Client { get; init; }

    /// <value>Size of message and payload.</value>
    public long? Bytes { get; init; }

    /// <value>Of the payload, or of the message where there is none; start: of the policy file.</value>
    public string? Sha256 { get; init; }

    /// <value>What is told beside the payload.</value>
    public IReadOnlyList<string>? Told { get; init; }

    /// <value>Under which guarantees an update leaves.</value>
    public AuditGuarantee? Guarantee { get; init; }

    /// <value>For people.</value>
    public string? Note { get; init; }

    /// <summary>The entry as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads <see cref="ToJson"/>.</summary>
    /// <exception cref="JsonException">It is not that.</exception>
    public static AuditEntry Parse(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<AuditEntry>(json, Json) ?? throw new JsonException("An entry is no object.");
}

/// <summary>What protects an update that leaves, by the job as this worker has read it.</summary>
/// <param name="SecureAggregation">Whether it is masked.</param>
public sealed record AuditGuarantee(bool SecureAggregation)
{
    /// <value>privacy.differential.mechanism; null for none.</value>
    public string? Mechanism { get; init; }

    /// <value>Bound on the update's length before noise.</value>
    public double? Clip { get; init; }

    /// <value>Standard deviation of the noise in units of the clip.</value>
    public double? NoiseMultiplier { get; init; }

    /// <value>ε that the client has spent in this run, this update included; null where the policy does not count it.</value>
    public double? EpsilonRun { get; init; }

    /// <value>The same over all runs.</value>
    public double? EpsilonTotal { get; init; }

    /// <value>δ of both.</value>
    public double? Delta { get; init; }
}
