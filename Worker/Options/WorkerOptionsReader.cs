using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Federated.Wire.Cluster;

namespace Federated.Worker.Options;

/// <summary>Reads <see cref="WorkerOptions"/> from the environment and from arguments.</summary>
public static class WorkerOptionsReader
{
    /// <summary>Prefix of the environment variables, as in <c>FEDERATED_WORKER_PUBLIC_HOST</c>.</summary>
    public const string EnvironmentPrefix = "FEDERATED_WORKER_";

    private static readonly ImmutableArray<string> Names =
    [
        "name", "host", "public-host", "cluster-port", "public-cluster-port", "seeds", "slots", "device", "data-folders", "allow-models", "clients", "labels", "identity", "peers", "state-dir",
        "coordinator-timeout", "drain-timeout", "heartbeat-pause", "log-level",
    ];

    /// <summary>How to call the executable.</summary>
    public static string Usage { get; } =
        $"""
        Federated worker. Options are read from --KEY VALUE, then from {EnvironmentPrefix}KEY (upper case, '_' for '-'):
          name                the worker's name, unique in the cluster (this machine's name and the process id)
          host                address to listen on (127.0.0.1)
          public-host         name under which the coordinators reach this node (the host)
          cluster-port        Akka.Cluster port, 0 for any free one (0)
          public-cluster-port cluster port under which others reach this node, where it is mapped (the bound one)
          seeds               host:port of the coordinator nodes, with commas between (127.0.0.1:5601)
          slots               tasks trained at once, 1 to 1024, each on a core (the number of cores)
          device              what to train on: cpu, cuda (the first GPU) or cuda:N (cpu)
          data-folders        folders with data sets, separated as the platform separates paths (the standard places)
          allow-models        folders out of which jobs may load models of their own, which is code that runs here; separated as data-folders are
                              (none: such jobs are refused)
          clients             clients whose data lives here, for data.placement: local, with commas between (none)
          labels              what the worker says of itself, for federation.cohort.selection by group, as region=north,size=large (none)
          identity            private key (PEM) with which the one client signs in secure aggregation, or a folder with CLIENT.pem for each (none)
          peers               folder with CLIENT.pem, the public key of each client that may take part beside them (none)
          state-dir           folder of what this worker keeps ({StateFolders.Root}{Path.DirectorySeparatorChar}worker-NAME)
          coordinator-timeout seconds after which a worker that finds no coordinator ends (look for ever)
          drain-timeout       seconds that a worker that is told to end may go on with its tasks ({new WorkerOptions().DrainTimeout.TotalSeconds})
          heartbeat-pause     seconds of silence after which a node is taken for dead, the same on all nodes
                              ({ClusterSettings.HeartbeatPause.TotalSeconds})
          log-level           {string.Join(", ", NodeRules.LogLevels)} (warn)
        """;

    /// <summary>Reads <c>--key value</c> and <c>--key=value</c> arguments over environment variables over defaults. Lists are separated by commas,
    /// folders as the platform separates paths; times are seconds.</summary>
    /// <returns>The options and everything that is wrong with them, in reading and by <see cref="WorkerOptionsValidator"/>.</returns>
    public static (WorkerOptions Options, ImmutableArray<string> Errors) Read(IReadOnlyList<string> arguments)
    {
        var errors = ImmutableArray.CreateBuilder<string>();
        var options = new WorkerOptions();
        foreach (var (name, value) in NodeArguments.Read(EnvironmentPrefix, arguments, Names, errors)) options = With(options, name, value, errors);
        errors.AddRange(WorkerOptionsValidator.Check(options));
        return (options, errors.ToImmutable());
    }

    private static WorkerOptions With(WorkerOptions options, string name, string value, ImmutableArray<string>.Builder errors)
    {
        switch (name)
        {
            case "name": return options with { Name = value };
            case "host": return options with { Host = value };
            case "public-host": return options with { PublicHost = value };
            case "cluster-port": return options with { ClusterPort = Whole(options.ClusterPort) };
            case "public-cluster-port": return options with { PublicClusterPort = Whole(options.ClusterPort) };
            case "seeds": return options with { Seeds = Split(value, ',') };
            case "slots": return options with { Slots = Whole(options.Slots) };
            case "device": return options with { Device = value };
            case "data-folders": return options with { DataFolders = Split(value, Path.PathSeparator) };
            case "allow-models": return options with { AllowModels = Split(value, Path.PathSeparator) };
            case "clients": return options with { Clients = Split(value, ',') };
            case "labels": return options with { Labels = Labels() };
            case "identity": return options with { Identity = value };
            case "peers": return options with { Peers = value };
            case "state-dir": return options with { StateDir = value };
            case "coordinator-timeout": return options with { CoordinatorTimeout = Seconds() ?? options.CoordinatorTimeout };
            case "drain-timeout": return options with { DrainTimeout = Seconds() ?? options.DrainTimeout };
            case "heartbeat-pause": return options with { HeartbeatPause = Seconds() ?? options.HeartbeatPause };
            case "log-level": return options with { LogLevel = value };
            default: throw new UnreachableException(name);
        }

        int Whole(int fallback)
        {
            if (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
            errors.Add($"{name} is '{value}': it must be a whole number.");
            return fallback;
        }

        ImmutableDictionary<string, string> Labels()
        {
            var labels = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            foreach (var label in Split(value, ','))
            {
                var parts = label.Split('=', 2, StringSplitOptions.TrimEntries);
                if (parts.Length < 2) errors.Add($"labels has '{label}': a label is written name=value.");
                else if (!labels.TryAdd(parts[0], parts[1])) errors.Add($"labels has '{parts[0]}' twice.");
            }
            return labels.ToImmutable();
        }

        TimeSpan? Seconds() => NodeArguments.Seconds(name, value, errors);
    }

    private static ImmutableArray<string> Split(string value, char separator) =>
        [.. value.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
