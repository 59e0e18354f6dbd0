using System.Collections.Immutable;
using Akka.Cluster;

namespace Federated.Wire.Cluster;

/// <summary>Which nodes cannot be reached, since when, and which of them a coordinator removes from the cluster: plain data. Times are of any one
/// monotonic clock.</summary>
/// <param name="StableAfter">How long a node must have been unreachable without a pause before it is removed; zero or more.</param>
internal sealed record UnreachableNodes(TimeSpan StableAfter)
{
    /// <summary>When a node's clock last started, and whether it is a coordinator.</summary>
    private ImmutableDictionary<UniqueAddress, (TimeSpan Since, bool IsCoordinator)> Nodes { get; init; } =
        ImmutableDictionary<UniqueAddress, (TimeSpan, bool)>.Empty;

    /// <summary>When to ask for <see cref="Due"/> next; null while every node is reachable.</summary>
    public TimeSpan? NextDue => Nodes.IsEmpty ? null : Nodes.Values.Min(node => node.Since) + StableAfter;

    /// <summary>Somebody cannot reach a node. Its clock starts, anew if it was running.</summary>
    public UnreachableNodes Lost(UniqueAddress node, bool isCoordinator, TimeSpan now) =>
        this with { Nodes = Nodes.SetItem(node, (now, isCoordinator)) };

    /// <summary>Everybody reaches the node again, or it is no longer a member.</summary>
    public UnreachableNodes Found(UniqueAddress node) => this with { Nodes = Nodes.Remove(node) };

    /// <summary>The nodes to remove now, ascending; they are forgotten. A coordinator that this node hears is spared and its clock starts anew: what
    /// others say of it is about their own link.</summary>
    /// <param name="now">Not before any time given so far.</param>
    /// <param name="hears">Whether this node itself gets heartbeats of another; asked for coordinators only.</param>
    public (ImmutableArray<UniqueAddress> Down, UnreachableNodes Next) Due(TimeSpan now, Func<UniqueAddress, bool> hears)
    {
        var (due, next) = (ImmutableArray.CreateBuilder<UniqueAddress>(), Nodes);
        foreach (var (node, (since, isCoordinator)) in Nodes)
        {
            if (now - since < StableAfter) continue;
            if (isCoordinator && hears(node))
            {
                next = next.SetItem(node, (now, isCoordinator));
                continue;
            }
            due.Add(node);
            next = next.Remove(node);
        }
        due.Sort();
        return (due.ToImmutable(), this with { Nodes = next });
    }
}
