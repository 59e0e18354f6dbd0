using System.Globalization;

namespace Federated.Wire.Cluster;

/// <summary>What every node of the cluster must agree on: names, roles and the settings of failure detection and downing.</summary>
/// <remarks>All nodes load the same <see cref="Hocon"/>; two nodes that differ in them see different clusters.</remarks>
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
    /// A killed node is unreachable after about 4 s; a pause of all threads up to 3 s is not taken for a death. A coordinator removes an unreachable
    /// node 2 s
    /// later, whatever its role (<see cref="CoordinatorsDowning"/>), so any coordinator that is left takes over, and a coordinator is never removed
    /// because
    /// workers died. Workers remove nobody: they stay in their cluster until a coordinator is there again.
    /// A downed node ends its actor system by coordinated shutdown; its host then starts a fresh one.
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
            downing-provider-class = "Federated.Wire.Cluster.CoordinatorsDowning, Federated.Wire"
            run-coordinated-shutdown-when-down = on
            down-removal-margin = 500ms
            # A few hundred bytes each time. A coordinator that is started again becomes a member by some five steps, each of which waits for gossip or for the leader.
            gossip-interval = 200ms
            leader-actions-interval = 200ms
            unreachable-nodes-reaper-interval = 500ms
            periodic-tasks-initial-delay = 200ms
            seed-node-timeout = 2s
            # A node that is started anew at its address is let in by a later try: the first one only removes its predecessor.
            retry-unsuccessful-join-after = 500ms
            singleton.hand-over-retry-interval = 250ms
            singleton-proxy {
              singleton-identification-interval = 250ms
              # A worker says itself that it still looks.
              log-singleton-identification-failure = off
            }
            failure-detector {
              heartbeat-interval = 500ms
              min-std-deviation = 100ms
              threshold = 8
              # Up to 33 nodes, each hears every other one: a coordinator does not depend on workers to know of another coordinator.
              monitored-by-nr-of-members = 32
            }
          }
        }
        # How long a node must have been unreachable without a pause before a coordinator removes it.
        federated.downing.stable-after = 2s
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
