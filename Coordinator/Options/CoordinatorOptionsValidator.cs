using System.Collections.Immutable;
using Federated.Wire.Cluster;

namespace Federated.Coordinator.Options;

/// <summary>The rules of <see cref="CoordinatorOptions"/>.</summary>
public static class CoordinatorOptionsValidator
{
    /// <summary>Every error at once, each as one sentence that names option, value and rule; empty when the options can be used.</summary>
    public static ImmutableArray<string> Check(CoordinatorOptions options)
    {
        var errors = ImmutableArray.CreateBuilder<string>();
        NodeRules.CheckHost(errors, options.Host);
        if (options.PublicHost is { } name && string.IsNullOrWhiteSpace(name))
            errors.Add("public-host is empty: give the name under which workers reach this node, or leave it out.");
        if (options.PublicHost is null && NodeRules.IsWildcard(options.Host))
            errors.Add($"host {options.Host} is every address, which nobody can connect to: set public-host to the name under which workers reach this node.");
        else if (options.PublicHost is { } wildcard && NodeRules.IsWildcard(wildcard))
            errors.Add($"public-host {wildcard} is no address that workers can connect to: give this node's name or address.");
        NodeRules.CheckPort(errors, "port", options.Port);
        NodeRules.CheckPort(errors, "cluster-port", options.ClusterPort);
        if (options.Port == options.ClusterPort && options.Port != 0) errors.Add($"port and cluster-port are both {options.Port}: they must differ.");
        NodeRules.CheckPublicPort(errors, "public-port", options.PublicPort);
        NodeRules.CheckPublicPort(errors, "public-cluster-port", options.PublicClusterPort);
        if (options.PublicPort is { } mapped && mapped == options.PublicClusterPort)
            errors.Add($"public-port and public-cluster-port are both {mapped}: they must differ.");
        CheckSeeds(errors, options);
        NodeRules.CheckStateDir(errors, options.StateDir);
        // It may hold a password: no message shows it.
        if (options.Journal is { } journal && string.IsNullOrWhiteSpace(journal))
            errors.Add("journal is empty: give a PostgreSQL connection string, or leave it out for a file in state-dir.");
        if (options.KeepCheckpoints is < 1 or > 1000) errors.Add($"keep-checkpoints is {options.KeepCheckpoints}: it must be from 1 to 1000.");
        if (options.MaxModelBytes is < 4 or > MaxModelBytes) errors.Add($"max-model-bytes is {options.MaxModelBytes}: it must be from 4 to {MaxModelBytes}.");
        if (options.ConcurrentUploads is < 1 or > 1024) errors.Add($"concurrent-uploads is {options.ConcurrentUploads}: it must be from 1 to 1024.");
        NodeRules.CheckHeartbeatPause(errors, options.HeartbeatPause);
        NodeRules.CheckLogLevel(errors, options.LogLevel);
        return errors.ToImmutable();
    }

    // Parameters are one array of float: its length is an int.
    private const long MaxModelBytes = 4L * int.MaxValue;

    private static void CheckSeeds(ImmutableArray<string>.Builder errors, CoordinatorOptions options)
    {
        if (options.Seeds.IsDefaultOrEmpty) return;
        var clusterPort = options.PublicClusterPort ?? options.ClusterPort;
        var self = $"{options.PublicHost ?? options.Host}:{clusterPort}";
        var wellFormed = NodeRules.CheckSeeds(errors, options.Seeds);
        if (clusterPort == 0) errors.Add("seeds are given but cluster-port is 0: the other nodes could not know the port, so choose one.");
        else if (wellFormed && !options.Seeds.Contains(self, StringComparer.OrdinalIgnoreCase))
            // A coordinator that is nobody's seed is found by nobody when it is the last one.
            errors.Add($"seeds are {string.Join(", ", options.Seeds)}, and {self}, this node, is not among them: name every coordinator node, this one included.");
        if (wellFormed && options.Journal is null && options.Seeds.Select(HostOf).Distinct(StringComparer.OrdinalIgnoreCase).Count() > 1)
            errors.Add("several coordinators on different hosts need one journal: set journal to a PostgreSQL connection string.");
    }

    private static string HostOf(string seed) => seed[..seed.LastIndexOf(':')];
}
