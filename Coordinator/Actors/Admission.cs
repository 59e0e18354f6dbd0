using System.Collections.Immutable;
using Federated.V1;
using Federated.Wire;
using Federated.Wire.Mapping;

namespace Federated.Coordinator.Actors;

/// <summary>Who may attach: the checks of a Hello, without state.</summary>
internal static class Admission
{
    /// <summary>Most slots of a worker.</summary>
    public const int MaxSlots = 1024;

    /// <summary>Most clients of a worker.</summary>
    public const int MaxClients = 1_000_000;

    /// <summary>Most results that a worker may say it holds.</summary>
    public const int MaxHeld = 10_000;

    /// <summary>Why this worker cannot attach to any coordinator like this one; null when nothing is wrong with it.</summary>
    public static RefusedOffer? Check(Hello hello, string productVersion)
    {
        if (hello.Protocol != ProtocolVersion.Current)
            return new(Refusal.WrongVersion,
                $"Worker '{hello.Worker}' (version {hello.Version}) speaks protocol {hello.Protocol}, the coordinator (version {productVersion}) speaks protocol "
                + $"{ProtocolVersion.Current}: install the same version on both.");
        if (TaskIds.CheckName(hello.Worker) is { } name) return new(Refusal.Malformed, $"The worker's name {name}.");
        if (TaskIds.CheckName(hello.Session) is { } session) return new(Refusal.Malformed, $"The session of worker '{hello.Worker}' {session}.");
        if (hello.Slots is 0 or > MaxSlots) return new(Refusal.Malformed, $"Worker '{hello.Worker}' offers {hello.Slots} slots; 1 to {MaxSlots} are allowed.");
        if (hello.Clients.Count > MaxClients) return new(Refusal.Malformed, $"Worker '{hello.Worker}' announces {hello.Clients.Count} clients; at most {MaxClients} are allowed.");
        var clients = new HashSet<string>(StringComparer.Ordinal);
        foreach (var client in hello.Clients)
        {
            if (TaskIds.CheckName(client) is { } wrong) return new(Refusal.Malformed, $"The name of client {clients.Count + 1} of worker '{hello.Worker}' {wrong}.");
            if (!clients.Add(client)) return new(Refusal.Malformed, $"Worker '{hello.Worker}' announces client '{client}' twice.");
        }
        if (LabelRules.Check(hello.Labels) is { } label) return new(Refusal.Malformed, $"Worker '{hello.Worker}' has {label}");
        if (hello.Held.Count > MaxHeld)
            return new(Refusal.Malformed, $"Worker '{hello.Worker}' says that it holds {hello.Held.Count} results; at most {MaxHeld} are allowed.");
        for (var i = 0; i < hello.Held.Count; i++)
            if (TaskIds.Check(hello.Held[i]) is { } wrong)
                return new(Refusal.Malformed, $"Result {i + 1} that worker '{hello.Worker}' says it holds: {wrong}");
        return null;
    }

    /// <summary>The attached workers that cannot be there together with this one: same name, or a client in common.</summary>
    public static ImmutableArray<string> Rivals(Hello hello, IEnumerable<Hello> attached)
    {
        var clients = hello.Clients.ToHashSet(StringComparer.Ordinal);
        return [.. attached.Where(other => other.Worker == hello.Worker || other.Clients.Any(clients.Contains)).Select(other => other.Worker)];
    }

    /// <summary>The refusal of a worker whose rival is alive.</summary>
    public static RefusedOffer Taken(Hello hello, string rival) => new(Refusal.Duplicate, hello.Worker == rival
        ? $"Another worker called '{rival}' is attached: give each worker its own name."
        : $"Worker '{rival}' is attached and has one of the clients that worker '{hello.Worker}' announces: a client lives on one worker.");
}
