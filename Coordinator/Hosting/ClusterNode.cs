using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Federated.Coordinator.Actors;
using Federated.Coordinator.Grpc;
using Federated.Coordinator.Journal;
using Federated.Coordinator.Options;
using Federated.Coordinator.Storage;
using Federated.Wire.Cluster;
using Federated.Wire.Link;
using ClusterSettings = Federated.Wire.Cluster.ClusterSettings;

namespace Federated.Coordinator.Hosting;

/// <summary>The Akka side of a coordinator node.</summary>
internal static class ClusterNode
{
    /// <summary>Everything but joining: that waits until the data plane listens.</summary>
    public static void Configure(AkkaConfigurationBuilder akka, IServiceProvider services, CoordinatorOptions options, string bindAddress, Func<Props> runs)
    {
        akka.WithHostLog(services, options.LogLevel);
        akka.WithRemoting(new RemoteOptions
        {
            HostName = bindAddress,
            Port = options.ClusterPort,
            PublicHostName = options.PublicHost ?? options.Host,
            PublicPort = options.PublicClusterPort,
        });
        akka.WithClustering(new ClusterOptions { Roles = [ClusterSettings.CoordinatorRole] });
        akka.AddHocon(ClusterSettings.Hocon, HoconAddMode.Prepend);
        akka.AddHocon(ClusterSettings.HeartbeatHocon(options.HeartbeatPause), HoconAddMode.Prepend);
        akka.AddHocon(FederatedSerialization.Hocon, HoconAddMode.Prepend);
        akka.AddHocon(JournalSettings.Hocon(options.StateDir, options.Journal), HoconAddMode.Prepend);
        // The host stops the node: Akka must not do so on its own when the process exits.
        akka.AddHocon("akka.coordinated-shutdown.run-by-clr-shutdown-hook = off", HoconAddMode.Prepend);
        akka.WithSingleton<RunsKey>(
            ClusterSettings.RunsSingleton,
            (_, _, _) => runs(),
            // A node that does not have the runs asks through the proxy who has them; one question is enough to be kept while nobody does.
            new ClusterSingletonOptions { Role = ClusterSettings.CoordinatorRole, BufferSize = 1 },
            createProxyToo: true);
        akka.WithActors((system, _) =>
        {
            system.ActorOf(MembersActor.Props(MembersFile.Of(options)), "members");
            system.ActorOf(RemovalWatchActor.Props(), "removal-watch");
            system.ActorOf(RunsWatchActor.Props(reason => services.GetRequiredService<NodeEnd>().Begin(HostEnd.Downed, reason)), "runs-watch");
            system.ActorOf(JournalWarmUpActor.Props(), "journal-warm-up");
        });
    }

    /// <summary>Joins the cluster that this node was in before, or that of the other coordinators, or forms one, and waits until the node is a
    /// member. A node that
    /// is the only coordinator also waits for its runs, so that the first call is served.</summary>
    /// <param name="system">The node's.</param>
    /// <param name="options">The node's.</param>
    /// <param name="remembered">Members of the cluster that this node was in before, host:port.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task JoinAsync(
        ActorSystem system, CoordinatorOptions options, ImmutableArray<string> remembered, CancellationToken cancellationToken)
    {
        var cluster = Cluster.Get(system);
        var seeds = Seeds(options, $"{cluster.SelfAddress.Host}:{cluster.SelfAddress.Port}", remembered);
        try
        {
            await cluster.JoinSeedNodesAsync(seeds.Select(seed => Address.Parse(ClusterSettings.NodeAddress(seed))), cancellationToken);
        }
        catch (ClusterJoinFailedException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("Cancelled before a seed answered.", cancellationToken);
        }
        while (!HasOtherCoordinator(cluster))
        {
            try
            {
                await RunsGate.FindLocalAsync(system, ClusterSettings.RunsSingleton, cancellationToken);
                return;
            }
            catch (NotActiveException)
            {
                // The singleton starts some gossip after the node is up, and nobody announces it.
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
            }
        }
    }

    /// <summary>Whom to ask for a cluster, in order. Only a node whose own address comes first forms one when nobody else has one, so given seeds
    /// keep their order,
    /// which is the same on all coordinators, and remembered nodes, of which each coordinator knows others, come after.</summary>
    /// <param name="options">The node's.</param>
    /// <param name="self">Its address, host:port.</param>
    /// <param name="remembered">Members of the cluster that it was in before.</param>
    public static ImmutableArray<string> Seeds(CoordinatorOptions options, string self, ImmutableArray<string> remembered)
    {
        // On a free port this node is a new one: no cluster misses it.
        if (options.ClusterPort == 0) return [self];
        ImmutableArray<string> given = options.Seeds.IsDefaultOrEmpty ? [self] : [.. options.Seeds.Select(seed => IsSame(seed, self) ? self : seed)];
        return [.. given, .. remembered.Where(node => !given.Contains(node, StringComparer.OrdinalIgnoreCase))];
    }

    private static bool IsSame(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static bool HasOtherCoordinator(Cluster cluster) => cluster.State.Members.Any(
        member => member.HasRole(ClusterSettings.CoordinatorRole) && member.Address != cluster.SelfAddress && member.Status != MemberStatus.Down);

    /// <summary>Names the proxy of the runs in the registry.</summary>
    internal sealed class RunsKey;
}
