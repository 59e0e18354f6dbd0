using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Federated.Wire.Cluster;

namespace Federated.Coordinator.Options;

/// <summary>Reads <see cref="CoordinatorOptions"/> from the environment and from arguments.</summary>
public static class CoordinatorOptionsReader
{
    /// <summary>Prefix of the environment variables, as in <c>FEDERATED_COORDINATOR_CLUSTER_PORT</c>.</summary>
    public const string EnvironmentPrefix = "FEDERATED_COORDINATOR_";

    private static readonly ImmutableArray<string> Names =
    [
        "host", "public-host", "port", "cluster-port", "public-port", "public-cluster-port", "seeds", "state-dir", "journal", "keep-checkpoints",
        "max-model-bytes", "concurrent-uploads", "heartbeat-pause", "log-level",
    ];

    /// <summary>How to call the executable.</summary>
    public static string Usage { get; } =
        $"""
        Federated coordinator. Options are read from --KEY VALUE, then from {EnvironmentPrefix}KEY (upper case, '_' for '-'):
          host                address to listen on (127.0.0.1)
          public-host         name under which other machines reach this node (the host)
          port                gRPC port, 0 for any free one (5600)
          cluster-port        Akka.Cluster port, 0 for any free one (5601)
          public-port         gRPC port under which others reach this node, where it is mapped (the bound one)
          public-cluster-port cluster port under which others reach this node, where it is mapped (the bound one)
          seeds               host:port of every coordinator node, this one included, in the same order on all, with commas between
                              (none: this node alone)
          state-dir           folder of the journal, the checkpoints and the known members, made when it is missing
                              ({new CoordinatorOptions().StateDir})
          journal             PostgreSQL connection string of the journal that all coordinators share (none: a file in state-dir); other users of this
                              machine can read arguments, so prefer {EnvironmentPrefix}JOURNAL
          keep-checkpoints    checkpoints kept of every run, 1 to 1000 (3)
          max-model-bytes     largest model of a run, in bytes of float32 (2147483648)
          concurrent-uploads  uploads received at the same time, each with a buffer of the model's size (4)
          heartbeat-pause     seconds of silence after which a node is taken for dead, the same on all nodes
                              ({ClusterSettings.HeartbeatPause.TotalSeconds})
          log-level           {string.Join(", ", NodeRules.LogLevels)} (warn)
        --health              ask the node that runs with these options whether it serves, and exit
        """;

    /// <summary>Reads <c>--key value</c> and <c>--key=value</c> arguments over environment variables over defaults.</summary>
    /// <returns>The options and everything that is wrong with them, in reading and by <see cref="CoordinatorOptionsValidator"/>.</returns>
    public static (CoordinatorOptions Options, ImmutableArray<string> Errors) Read(IReadOnlyList<string> arguments)
    {
        var errors = ImmutableArray.CreateBuilder<string>();
        var options = Read(NodeArguments.Read(EnvironmentPrefix, arguments, Names, errors), errors);
        errors.AddRange(CoordinatorOptionsValidator.Check(options));
        return (options, errors.ToImmutable());
    }

    private static CoordinatorOptions Read(ImmutableArray<(string Name, string Value)> given, ImmutableArray<string>.Builder errors)
    {
        var options = new CoordinatorOptions();
        foreach (var (name, value) in given)
        {
            options = name switch
            {
                "host" => options with { Host = value },
                "public-host" => options with { PublicHost = value },
                "port" => options with { Port = (int)Number(name, value, int.MaxValue, options.Port) },
                "cluster-port" => options with { ClusterPort = (int)Number(name, value, int.MaxValue, options.ClusterPort) },
                "public-port" => options with { PublicPort = (int)Number(name, value, int.MaxValue, options.Port) },
                "public-cluster-port" => options with { PublicClusterPort = (int)Number(name, value, int.MaxValue, options.ClusterPort) },
                "seeds" => options with { Seeds = [.. value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)] },
                "state-dir" => options with { StateDir = value },
                "journal" => options with { Journal = value },
                "keep-checkpoints" => options with { KeepCheckpoints = (int)Number(name, value, int.MaxValue, options.KeepCheckpoints) },
                "max-model-bytes" => options with { MaxModelBytes = Number(name, value, long.MaxValue, options.MaxModelBytes) },
                "concurrent-uploads" => options with { ConcurrentUploads = (int)Number(name, value, int.MaxValue, options.ConcurrentUploads) },
                "heartbeat-pause" => options with { HeartbeatPause = NodeArguments.Seconds(name, value, errors) ?? options.HeartbeatPause },
                "log-level" => options with { LogLevel = value },
                _ => throw new UnreachableException(name),
            };
        }
        return options;

        long Number(string name, string value, long maximum, long fallback)
        {
            var whole = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
            if (whole && number >= -maximum && number <= maximum) return number;
            errors.Add($"{name} is '{value}': it must be a whole number of at most {maximum}.");
            return fallback;
        }
    }
}
