using System.Collections.Immutable;
using Akka.Cluster;

namespace Federated.Worker.Actors;

/// <summary>The coordinators of the worker's cluster and which of them cannot be reached: plain data.</summary>
/// <param name="Members">Coordinators that are members and not downed.</param>
/// <param name="Unreachable">Nodes that somebody cannot reach, coordinators or not.</param>
internal sealed record CoordinatorsInSight(ImmutableHashSet<UniqueAddress> Members, ImmutableHashSet<UniqueAddress> Unreachable)
{
    public static CoordinatorsInSight Nobody { get; } = new([], []);

    /// <summary>Whether there is a coordinator that can be reached.</summary>
    public bool Any => !Members.IsSubsetOf(Unreachable);

    /// <summary>Whether there is a coordinator, and every one can be reached. In a cluster that works it is never otherwise for long: a coordinator
    /// that is lost is
    /// removed by another one. Where that does not happen though another one is in sight, that one does not know this worker: the lost one was the
    /// only node that
    /// had let it in.</summary>
    public bool All => !Members.IsEmpty && !Members.Overlaps(Unreachable);

    public CoordinatorsInSight Joined(UniqueAddress coordinator) => this with { Members = Members.Add(coordinator) };

    /// <summary>It was downed or removed; so nothing is left to reach.</summary>
    public CoordinatorsInSight Gone(UniqueAddress node) => new(Members.Remove(node), Unreachable.Remove(node));

    public CoordinatorsInSight Lost(UniqueAddress node) => this with { Unreachable = Unreachable.Add(node) };

    public CoordinatorsInSight Found(UniqueAddress node) => this with { Unreachable = Unreachable.Remove(node) };
}
