using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Federated.Coordinator.Grpc;
using Federated.Coordinator.Options;
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
        });
        // keep-majority of role coordinator, from the settings that all nodes share: only coordinators vote, so workers that die, however many
        // at once, never outvote a coordinator. With one coordinator, the side that has it lives on; workers on the other side end and are
        // restarted.
        akka.WithClustering(new ClusterOptions { Roles = [ClusterSettings.CoordinatorRole] });
        akka.AddHocon(ClusterSettings.Hocon, HoconAddMode.Prepend);
        akka.AddHocon(ClusterSettings.HeartbeatHocon(options.HeartbeatPause), HoconAddMode.Prepend);
        akka.AddHocon(FederatedSerialization.Hocon, HoconAddMode.Prepend);
        // The host stops the node: Akka must not do so on its own when the process exits.
        akka.AddHocon("akka.coordinated-shutdown.run-by-clr-shutdown-hook = off", HoconAddMode.Prepend);
        akka.WithSingleton<RunsKey>(
            ClusterSettings.RunsSingleton,
            (_, _, _) => runs(),
            // A node that does not have the runs asks through the proxy who has them; one question is enough to be kept while nobody does.
            new ClusterSingletonOptions { Role = ClusterSettings.CoordinatorRole, BufferSize = 1 },
            createProxyToo: true);
    }

    /// <summary>Joins the coordinators of the options, or nobody, and waits until the node is a member. A node that is alone also waits for its runs,
    /// so that the first call is served.</summary>
    public static async Task JoinAsync(ActorSystem system, CoordinatorOptions options, CancellationToken cancellationToken)
    {
        var cluster = Cluster.Get(system);
        try
        {
            if (options.Seeds.IsDefaultOrEmpty) await cluster.JoinAsync(cluster.SelfAddress, cancellationToken);
            else await cluster.JoinSeedNodesAsync(options.Seeds.Select(seed => Address.Parse(ClusterSettings.NodeAddress(seed))), cancellationToken);
        }
        catch (ClusterJoinFailedException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("Cancelled before a seed answered.", cancellationToken);
        }
        while (options.Seeds.IsDefaultOrEmpty)
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

    /// <summary>Names the proxy of the runs in the registry.</summary>
    internal sealed class RunsKey;
}
