using System.Collections.Immutable;
using Federated.FaultyCoordinator;

namespace Federated.Cluster.Tests.Faults;

/// <summary>What a <see cref="ChaosCluster"/> is made of.</summary>
internal sealed record ChaosClusterOptions
{
    /// <value>Coordinators, 1 or more; several know each other as seeds.</value>
    public int Coordinators { get; init; } = 1;

    /// <value>Workers, with one slot each.</value>
    public int Workers { get; init; } = 2;

    /// <value>Whether worker-1 owns client-1, and so on, for jobs with <c>placement: local</c>. Default false.</value>
    public bool OwnClients { get; init; }

    /// <value>Folder in which the coordinators share their state; null, the default, for one in the cluster's own folder.</value>
    public string? StateFolder { get; init; }

    /// <value>Points at which a coordinator kills itself, once each over all coordinators. Default none.</value>
    public ImmutableArray<KillPoint> KillAt { get; init; } = [];

    /// <value>Whether workers are given the address of a link in front of each coordinator for their tensors. Default false.</value>
    public bool LinkTransfers { get; init; }

    /// <value>Whether the network between the nodes can be divided: a link in front of every node's cluster port. Default false.</value>
    public bool LinkCluster { get; init; }

    /// <value>From the end of a process to its next start. Default 100 ms.</value>
    public TimeSpan RestartDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <value>Decides the jitter of the links. Default 1.</value>
    public ulong Seed { get; init; } = 1;

    /// <value>More arguments of every coordinator, as host options: <c>--key value</c>.</value>
    public ImmutableArray<string> CoordinatorArguments { get; init; } = [];

    /// <value>More arguments of every worker.</value>
    public ImmutableArray<string> WorkerArguments { get; init; } = [];

    /// <summary>Whether the coordinators have to be those that can kill themselves.</summary>
    public bool IsFaulty => !KillAt.IsEmpty || LinkTransfers;
}
