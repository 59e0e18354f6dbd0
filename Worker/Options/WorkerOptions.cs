using System.Collections.Immutable;
using Federated.Wire.Cluster;

namespace Federated.Worker.Options;

/// <summary>What a worker is called, what it offers and whom it joins. The defaults serve this machine only.</summary>
public sealed record WorkerOptions
{
    /// <value>Unique in the cluster; 1 to 256 characters. Default: machine name and process id.</value>
    public string Name { get; init; } = $"{Environment.MachineName}-{Environment.ProcessId}";

    /// <value>Address that the cluster link binds to. Default 127.0.0.1.</value>
    public string Host { get; init; } = "127.0.0.1";

    /// <value>Name or address under which the coordinator reaches this node; null for <see cref="Host"/>.</value>
    public string? PublicHost { get; init; }

    /// <value>Akka.Cluster port, 0 for any free one. Default 0.</value>
    public int ClusterPort { get; init; }

    /// <value>Port under which others reach <see cref="ClusterPort"/> where a NAT or a container maps it, 1 to 65535; null for the bound one.</value>
    public int? PublicClusterPort { get; init; }

    /// <value>Cluster addresses (host:port) of the coordinator nodes. Default 127.0.0.1:5601.</value>
    public ImmutableArray<string> Seeds { get; init => field = value.IsDefault ? [] : value; } = ["127.0.0.1:5601"];

    /// <value>Tasks trained at once, 1 to 1024; each takes one core. Default: the number of cores.</value>
    public int Slots { get; init; } = Environment.ProcessorCount;

    /// <value>What models are trained and measured on: cpu, cuda (the first GPU) or cuda:N. Default cpu. It belongs to the machine, so it is no key of a job.</value>
    public string Device { get; init; } = "cpu";

    /// <value>Folders in which data sets are looked for, before the standard places.</value>
    public ImmutableArray<string> DataFolders { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <value>Folders out of which jobs may load models of their own, code that then runs in this worker. Default none: such jobs are refused.</value>
    public ImmutableArray<string> AllowModels { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <value>placement local: the clients whose data lives here. Default none.</value>
    public ImmutableArray<string> Clients { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <value>What this worker says of itself, for selections of clients by group, such as region and north. Default none.</value>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <value>Folder of what this worker's clients keep between rounds, for it alone. Made when it is needed. Default: federated/worker-NAME below the user's local application data.</value>
    public string StateDir { get => field ?? StateFolders.OfWorker(Name); init; }

    /// <value>Secure aggregation with identities: the signing key of the one client (PEM), or a folder with CLIENT.pem for each. Default null: none, and jobs that require identities fail here.</value>
    public string? Identity { get; init; }

    /// <value>Secure aggregation with identities: folder with CLIENT.pem, the public key of each client whose signature counts here. It must not come from a coordinator. Default null: none.</value>
    public string? Peers { get; init; }

    /// <value>How long to look for a coordinator, at start and after one was lost, before the worker ends; above zero. Default null: for
    /// ever.</value>
    public TimeSpan? CoordinatorTimeout { get; init; }

    /// <value>How long a worker that was told to end may go on with the tasks that it has accepted; zero or more. Default 30 s.</value>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>Silence after which a node of the cluster is taken for dead, above zero; the same on all nodes. Longer where machines stall. Default 3 s.</value>
    public TimeSpan HeartbeatPause { get; init; } = ClusterSettings.HeartbeatPause;

    /// <value>Clients that are slower on purpose, where this worker is part of a simulation. Default null: none. It has no option on a command line.</value>
    public ClientPace? Pace { get; init; }

    /// <value>Least severe log level that is written: trace, debug, info, warn or error. Default warn.</value>
    public string LogLevel { get; init; } = "warn";
}
