using System.Collections.Immutable;

namespace Federated.Wire.Cluster;

/// <summary>Rules that the options of every node share. Each check adds a sentence that names option, value and rule.</summary>
public static class NodeRules
{
    /// <summary>What a log level may be, least severe first.</summary>
    public static ImmutableArray<string> LogLevels { get; } = ["trace", "debug", "info", "warn", "error"];

    /// <summary>True for the addresses that mean every address: a node may listen on them, and nobody can connect to them.</summary>
    public static bool IsWildcard(string host) => host is "0.0.0.0" or "::" or "[::]" or "*" or "+";

    /// <summary>The log level is one of <see cref="LogLevels"/>.</summary>
    public static void CheckLogLevel(ImmutableArray<string>.Builder errors, string level)
    {
        if (!LogLevels.Contains(level)) errors.Add($"log-level is '{level}': it must be one of {string.Join(", ", LogLevels)}.");
    }

    /// <summary>The port is a port, or 0.</summary>
    public static void CheckPort(ImmutableArray<string>.Builder errors, string option, int port)
    {
        if (port is < 0 or > ushort.MaxValue) errors.Add($"{option} is {port}: it must be from 0 to 65535, and 0 takes any free one.");
    }

    /// <summary>The port under which others reach a mapped one is a port that one can connect to.</summary>
    public static void CheckPublicPort(ImmutableArray<string>.Builder errors, string option, int? port)
    {
        if (port is < 1 or > ushort.MaxValue)
            errors.Add($"{option} is {port}: it must be from 1 to 65535; leave it out where the port is not mapped.");
    }

    /// <summary>The folder is named.</summary>
    public static void CheckStateDir(ImmutableArray<string>.Builder errors, string folder)
    {
        if (string.IsNullOrWhiteSpace(folder)) errors.Add("state-dir is empty: name a folder that this node may write to, or leave it out.");
    }

    /// <summary>The silence after which a node is taken for dead is above zero.</summary>
    public static void CheckHeartbeatPause(ImmutableArray<string>.Builder errors, TimeSpan pause)
    {
        if (pause <= TimeSpan.Zero) errors.Add($"heartbeat-pause is {pause.TotalSeconds} s: it must be above 0.");
    }

    /// <summary>The host is not empty.</summary>
    public static void CheckHost(ImmutableArray<string>.Builder errors, string host)
    {
        if (string.IsNullOrWhiteSpace(host)) errors.Add("host is empty: give a name or address of this machine, for example 127.0.0.1.");
    }

    /// <summary>Every seed is host:port.</summary>
    /// <returns>Whether that is so.</returns>
    public static bool CheckSeeds(ImmutableArray<string>.Builder errors, ImmutableArray<string> seeds)
    {
        var wrong = seeds.Where(seed => !SeedAddress.TryParse(seed, out _, out _)).ToArray();
        foreach (var seed in wrong) errors.Add($"seeds has '{seed}': each must be host:port with a port from 1 to 65535.");
        return wrong.Length == 0;
    }
}
