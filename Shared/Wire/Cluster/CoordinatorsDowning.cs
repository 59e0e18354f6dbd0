using Akka.Actor;
using Akka.Cluster;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Federated.Wire.Cluster;

/// <summary>Who removes nodes that cannot be reached: every coordinator, on its own, after <c>federated.downing.stable-after</c>; workers never.
/// Nobody removes
/// itself, so every side of a divided network that has a coordinator lives on, and the journal decides which of them may commit.</summary>
/// <param name="system">The node's.</param>
/// <param name="cluster">The node's.</param>
public sealed class CoordinatorsDowning(ActorSystem system, AkkaCluster cluster) : IDowningProvider
{
    /// <summary>How long the singleton's next host waits after the removal of the last one.</summary>
    public TimeSpan DownRemovalMargin => system.Settings.Config.GetTimeSpan("akka.cluster.down-removal-margin", null, false);

    /// <summary>The actor that removes nodes; null on a worker.</summary>
    public Props? DowningActorProps => cluster.SelfRoles.Contains(ClusterSettings.CoordinatorRole)
        ? DowningActor.Props(system.Settings.Config.GetTimeSpan("federated.downing.stable-after", null, false))
        : null;
}
