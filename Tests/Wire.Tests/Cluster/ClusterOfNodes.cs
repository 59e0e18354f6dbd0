using Akka.Actor;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Federated.Wire.Link;
using AkkaCluster = Akka.Cluster.Cluster;
using ClusterSettings = Federated.Wire.Cluster.ClusterSettings;

namespace Federated.Wire.Tests.Cluster;

/// <summary>Bare nodes in this process, over loopback, with the settings of all nodes; coordinators may host a singleton.</summary>
internal sealed class ClusterOfNodes : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly List<Node> _nodes = [];

    /// <summary>Starts a node.</summary>
    /// <param name="role">coordinator or worker.</param>
    /// <param name="port">0 for any.</param>
    public Node Start(string role, int port = 0)
    {
        var node = new Node(ActorSystem.Create(ClusterSettings.SystemName, ConfigurationFactory.ParseString($$"""
            akka.loglevel = OFF
            akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}} }
            akka.cluster.roles = [{{role}}]
            akka.cluster.failure-detector.acceptable-heartbeat-pause = 1s
            """)
            .WithFallback(ClusterSettings.Hocon).WithFallback(FederatedSerialization.Hocon).WithFallback(ClusterSingleton.DefaultConfig())));
        _nodes.Add(node);
        if (role != ClusterSettings.CoordinatorRole) return node;
        node.System.ActorOf(ClusterSingletonManager.Props(Props.Create(() => new Active(node.Activated)), PoisonPill.Instance,
            ClusterSingletonManagerSettings.Create(node.System).WithRole(ClusterSettings.CoordinatorRole).WithSingletonName(ClusterSettings.RunsSingleton)), "singletons");
        return node;
    }

    /// <summary>Lets a node join the cluster that the first of these nodes is in, and waits until that is so.</summary>
    public static async Task JoinAsync(Node node, params Node[] seeds)
    {
        using var limit = new CancellationTokenSource(Patience);
        await node.Cluster.JoinSeedNodesAsync(seeds.Select(seed => seed.Cluster.SelfAddress), limit.Token);
    }

    /// <summary>Waits until a node sees exactly these members, all up.</summary>
    public static async Task SeesAsync(Node node, params Node[] members)
    {
        using var limit = new CancellationTokenSource(Patience);
        var expected = members.Select(member => member.Cluster.SelfUniqueAddress).ToHashSet();
        while (!(node.Cluster.State.Unreachable.IsEmpty && node.Cluster.State.Members.All(member => member.Status == Akka.Cluster.MemberStatus.Up)
            && expected.SetEquals(node.Cluster.State.Members.Select(member => member.UniqueAddress))))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }

    public void Dispose()
    {
        foreach (var node in _nodes) node.Kill();
    }

    /// <summary>One node.</summary>
    internal sealed class Node(ActorSystem system)
    {
        public ActorSystem System { get; } = system;

        public AkkaCluster Cluster { get; } = AkkaCluster.Get(system);

        /// <summary>Ends when the singleton runs here.</summary>
        public TaskCompletionSource Activated { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task ActiveAsync() => Activated.Task.WaitAsync(Patience);

        /// <summary>Without a word to the others, as when the process is killed.</summary>
        public void Kill() => ((ExtendedActorSystem)System).Abort();
    }

    private sealed class Active : ReceiveActor
    {
        public Active(TaskCompletionSource activated) => activated.TrySetResult();
    }
}
