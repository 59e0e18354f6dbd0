using Akka.Actor;
using Akka.Configuration;
using Federated.Wire.Link;
using ClusterSettings = Federated.Wire.Cluster.ClusterSettings;

namespace Federated.Coordinator.Tests.Hosting;

/// <summary>A bare cluster node with the worker's role and the settings of all nodes.</summary>
internal sealed class WorkerNode : IDisposable
{
    private readonly ActorSystem _system;

    private WorkerNode(ActorSystem system) => (_system, Cluster) = (system, Akka.Cluster.Cluster.Get(system));

    public Akka.Cluster.Cluster Cluster { get; }

    public string Address => $"{Cluster.SelfAddress.Host}:{Cluster.SelfAddress.Port}";

    public static async Task<WorkerNode> JoinAsync(string seed)
    {
        var node = new WorkerNode(ActorSystem.Create(ClusterSettings.SystemName, ConfigurationFactory.ParseString($$"""
            akka.loglevel = OFF
            akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
            akka.cluster.roles = [{{ClusterSettings.WorkerRole}}]
            """)
            .WithFallback(ClusterSettings.Hocon).WithFallback(ClusterSettings.HeartbeatHocon(ClusterSettings.HeartbeatPause)).WithFallback(FederatedSerialization.Hocon)));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await node.Cluster.JoinAsync(Akka.Actor.Address.Parse(ClusterSettings.NodeAddress(seed)), limit.Token);
        return node;
    }

    public void Dispose() => ((ExtendedActorSystem)_system).Abort();
}
