using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Privacy.SecureAggregation.Cryptography;
using Federated.Engine;

namespace Federated.Worker.SecureAggregation;

/// <summary>The signing keys of this worker's clients, and the public keys of all that they aggregate with: lists of files that did not come through the coordinator. Thread-safe; lives as long as the worker.</summary>
/// <param name="Own">By client.</param>
/// <param name="Peers">Null without any.</param>
internal sealed record MaskingIdentities(ImmutableDictionary<string, ClientIdentity> Own, PeerIdentities? Peers) : IDisposable
{
    /// <summary>Without identities.</summary>
    public static readonly MaskingIdentities None = new(ImmutableDictionary<string, ClientIdentity>.Empty, null);

    /// <summary>Reads the files of the options.</summary>
    /// <param name="clients">The worker's clients.</param>
    /// <param name="identity">A private key in PEM for the one client, or a folder with CLIENT.pem for each; null without.</param>
    /// <param name="peers">A folder with CLIENT.pem, a public key, for each client that may take part; null without.</param>
    /// <param name="errors">Receives what is wrong, a sentence each; then what is returned is of no use.</param>
    public static MaskingIdentities Read(ImmutableArray<string> clients, string? identity, string? peers, ICollection<string> errors)
    {
        var own = ImmutableDictionary.CreateBuilder<string, ClientIdentity>(StringComparer.Ordinal);
        if (identity is not null && clients.IsEmpty) errors.Add("identity needs clients, whose key it is: name them.");
        if (identity is not null && clients.Length > 1 && File.Exists(identity))
            errors.Add($"identity is '{identity}', one key for {clients.Length} clients: give a folder with CLIENT.pem for each.");
        foreach (var client in identity is null ? [] : clients)
        {
            var file = Directory.Exists(identity) ? Path.Combine(identity, FileOf(client)) : identity!;
            Reading($"identity has '{file}'", errors, () => own.Add(client, ClientIdentity.FromPem(File.ReadAllText(file))));
        }
        PeerIdentities? list = null;
        if (peers is not null)
            Reading($"peers is '{peers}'", errors, () => list = new(Directory.EnumerateFiles(peers, "*.pem")
                .ToDictionary(file => Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(file)), File.ReadAllText, StringComparer.Ordinal)));
        return new(own.ToImmutable(), list);
    }

    /// <summary>The file of a client in a folder: its name with what a file name cannot hold written as %XX, and .pem.</summary>
    public static string FileOf(string client) => Uri.EscapeDataString(client) + ".pem";

    /// <summary>Whether this worker can do the tasks of a job for its clients.</summary>
    /// <exception cref="EngineException">The job asks for signatures, and a key is missing.</exception>
    public void Check(JobSpec job, ImmutableArray<string> clients)
    {
        if (job.Privacy.SecureAggregation is not { Enabled: true, RequireIdentities: true }) return;
        const string Key = "privacy.secure_aggregation.require_identities";
        if (Peers is null) throw new EngineException($"{Key}: this worker has no list of the other clients' public keys; start it with --peers.");
        foreach (var client in clients)
        {
            if (!Own.ContainsKey(client)) throw new EngineException($"{Key}: this worker has no signing key of client '{client}'; start it with --identity.");
            if (!Peers.Knows(client)) throw new EngineException($"{Key}: client '{client}' is not in this worker's own list of public keys; put {FileOf(client)} into the folder of --peers.");
        }
    }

    public void Dispose()
    {
        foreach (var key in Own.Values) key.Dispose();
        Peers?.Dispose();
    }

    private static void Reading(string what, ICollection<string> errors, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            errors.Add($"{what}, which cannot be used: {e.Message}");
        }
    }
}
