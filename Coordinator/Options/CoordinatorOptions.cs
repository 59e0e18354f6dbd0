using System.Collections.Immutable;
using Federated.Wire.Cluster;

namespace Federated.Coordinator.Options;

/// <summary>How a coordinator node listens and whom it joins. The defaults serve this machine only.</summary>
public sealed record CoordinatorOptions
{
    /// <value>Address that gRPC and the cluster bind to. Default 127.0.0.1.</value>
    public string Host { get; init; } = "127.0.0.1";

    /// <value>Name or address under which other machines reach this node; null for <see cref="Host"/>.</value>
    public string? PublicHost { get; init; }

    /// <value>gRPC port, 0 for any free one. Default 5600.</value>
    public int Port { get; init; } = 5600;

    /// <value>Akka.Cluster port, 0 for any free one. Default 5601.</value>
    public int ClusterPort { get; init; } = 5601;

    /// <value>Port under which others reach <see cref="Port"/> where a NAT, a container or a proxy maps it, 1 to 65535; null for the bound
    /// one.</value>
    public int? PublicPort { get; init; }

    /// <value>Port under which others reach <see cref="ClusterPort"/> where it is mapped, 1 to 65535; null for the bound one.</value>
    public int? PublicClusterPort { get; init; }

    /// <value>Cluster addresses (host:port) of the coordinator nodes, this one among them, in the same order on all; empty: this node alone.</value>
    public ImmutableArray<string> Seeds { get; init; } = [];

    /// <value>Folder of the journal, the checkpoints and the known members; made when it is missing. Coordinators of one cluster on the same machine share it, no
    /// others may. Default: federated/coordinator below the user's local application data.</value>
    public string StateDir { get; init; } = Path.Combine(StateFolders.Root, "coordinator");

    /// <value>Connection string of the PostgreSQL database that all coordinators share as their journal; null for a file in <see cref="StateDir"/>.
    /// It may hold a
    /// password: it is written nowhere.</value>
    public string? Journal { get; init; }

    /// <value>Checkpoints that are kept of every run, the latest ones, 1 to 1000. Default 3.</value>
    public int KeepCheckpoints { get; init; } = 3;

    /// <value>Largest model that a run may have, in bytes of float32. Default 2 GiB.</value>
    public long MaxModelBytes { get; init; } = 2L << 30;

    /// <value>Uploads that are received at the same time; each needs a buffer of the model's size. Default 4.</value>
    public int ConcurrentUploads { get; init; } = 4;

    /// <value>Whether jobs may have attackers and drop-outs. Only a host that has all workers in its own process sets it; there is no option on the command line. Default no.</value>
    public bool AcceptSimulated { get; init; }

    /// <value>Silence after which a node of the cluster is taken for dead, above zero; the same on all nodes. Longer where machines stall. Default 3 s.</value>
    public TimeSpan HeartbeatPause { get; init; } = ClusterSettings.HeartbeatPause;

    /// <value>Least severe log level that is written: trace, debug, info, warn or error. Default warn.</value>
    public string LogLevel { get; init; } = "warn";

    /// <summary>Where the node listens, and nothing else: <see cref="Journal"/> is a secret.</summary>
    public override string ToString() => $"coordinator at {Host}, ports {Port} and {ClusterPort}";
}
