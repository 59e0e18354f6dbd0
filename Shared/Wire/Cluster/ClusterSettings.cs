using System.Globalization;

namespace Federated.Wire.Cluster;

/// <summary>What every node of the cluster must agree on: names, roles and the settings of failure detection and downing.</summary>
/// <remarks>All nodes load the same <see cref="Hocon"/>; two nodes with different split brain settings can both decide to live on.</remarks>
public static class ClusterSettings
{
    /// <summary>Name of every node's actor system; part of each node's address.</summary>
    public const string SystemName = "federated";

    /// <summary>Role of the nodes that may run <see cref="RunsSingleton"/>.</summary>
    public const string CoordinatorRole = "coordinator";

    /// <summary>Role of the nodes that train.</summary>
    public const string WorkerRole = "worker";

    /// <summary>The singleton that owns all runs; workers reach it through a proxy of this name.</summary>
    public const string RunsSingleton = "runs";

    /// <summary>The settings that all nodes share. Ports, addresses, roles and seeds are each node's own.</summary>
    /// <remarks>
    /// Only coordinators vote on who lives on, so that any number of workers may die at once and a coordinator is never downed by their absence.
    /// With two coordinators a tie goes to the lower address; three or more survive the loss of any one.
    /// A killed node is unreachable after about 4 s and removed 3 s later; a pause of all threads up to 3 s is not taken for a death.
    /// A downed node ends its actor system by coordinated shutdown; its host then ends the process, which a supervisor restarts.
    /// </remarks>
    public const string Hocon = """
        akka {
          # Only the loggers of the host write, and they write to standard error: standard output belongs to the command.
          stdout-loglevel = OFF
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          coordinated-shutdown.exit-clr = off
          actor.provider = cluster
          remote.dot-netty.tcp {
            # A job of 1 MiB travels in one message; tensors never do.
            maximum-frame-size = 2 MiB
            send-buffer-size = 4 MiB
            receive-buffer-size = 4 MiB
            # Few and small messages: waiting for more of them would only make a round longer.
            batching.enabled = false
          }
          cluster {
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver {
              active-strategy = keep-majority
              stable-after = 2s
              keep-majority.role = coordinator
              # Workers that come and go without pause would otherwise end every node, the coordinator too.
              down-all-when-unstable = off
            }
            run-coordinated-shutdown-when-down = on
            down-removal-margin = 500ms
            gossip-interval = 500ms
            leader-actions-interval = 500ms
            unreachable-nodes-reaper-interval = 500ms
            seed-node-timeout = 2s
            retry-unsuccessful-join-after = 2s
            singleton.hand-over-retry-interval = 250ms
            failure-detector {
              heartbeat-interval = 500ms
              min-std-deviation = 100ms
              threshold = 8
            }
          }
        }
        """;

    /// <summary>Silence after which a node is taken for dead, where nothing else is said: 3 s.</summary>
    public static TimeSpan HeartbeatPause { get; } = TimeSpan.FromSeconds(3);

    /// <summary>The setting of that silence. It goes before <see cref="Hocon"/>.</summary>
    /// <param name="pause">Above zero.</param>
    public static string HeartbeatHocon(TimeSpan pause) =>
        string.Create(CultureInfo.InvariantCulture, $"akka.cluster.failure-detector.acceptable-heartbeat-pause = {(long)pause.TotalMilliseconds}ms");

    /// <summary>The actor system's address of a node given as host:port.</summary>
    public static string NodeAddress(string hostAndPort) => $"akka.tcp://{SystemName}@{hostAndPort}";
}
