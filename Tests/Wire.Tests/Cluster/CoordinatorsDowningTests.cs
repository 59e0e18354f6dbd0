using Akka.Cluster;
using Federated.Wire.Cluster;
using ClusterSettings = Federated.Wire.Cluster.ClusterSettings;

namespace Federated.Wire.Tests.Cluster;

/// <summary>Real nodes that die without a word.</summary>
public sealed class CoordinatorsDowningTests : IDisposable
{
    private readonly ClusterOfNodes _cluster = new();

    public void Dispose() => _cluster.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Either_of_two_coordinators_takes_over_when_the_other_dies(bool lowerDies)
    {
        ClusterOfNodes.Node[] coordinators = [_cluster.Start(ClusterSettings.CoordinatorRole), _cluster.Start(ClusterSettings.CoordinatorRole)];
        var byAddress = coordinators.OrderBy(node => node.Cluster.SelfAddress, Member.AddressOrdering).ToArray();
        var (active, standby) = lowerDies ? (byAddress[0], byAddress[1]) : (byAddress[1], byAddress[0]);
        ClusterOfNodes.Node[] workers = [_cluster.Start(ClusterSettings.WorkerRole), _cluster.Start(ClusterSettings.WorkerRole)];
        await ClusterOfNodes.JoinAsync(active, active);
        foreach (var node in new[] { standby, workers[0], workers[1] }) await ClusterOfNodes.JoinAsync(node, active);
        await active.ActiveAsync();
        await ClusterOfNodes.SeesAsync(standby, active, standby, workers[0], workers[1]);

        active.Kill();

        await standby.ActiveAsync();
        await ClusterOfNodes.SeesAsync(standby, standby, workers[0], workers[1]);
        await ClusterOfNodes.SeesAsync(workers[0], standby, workers[0], workers[1]);
    }

    [Fact]
    public async Task Coordinator_removes_workers_that_died_however_many()
    {
        var coordinator = _cluster.Start(ClusterSettings.CoordinatorRole);
        ClusterOfNodes.Node[] workers = [.. Enumerable.Range(0, 3).Select(_ => _cluster.Start(ClusterSettings.WorkerRole))];
        await ClusterOfNodes.JoinAsync(coordinator, coordinator);
        await Task.WhenAll(workers.Select(worker => ClusterOfNodes.JoinAsync(worker, coordinator)));
        await ClusterOfNodes.SeesAsync(coordinator, [coordinator, .. workers]);

        foreach (var worker in workers) worker.Kill();

        await ClusterOfNodes.SeesAsync(coordinator, coordinator);
        Assert.False(coordinator.System.WhenTerminated.IsCompleted);
    }

    [Fact]
    public async Task Coordinator_at_the_address_of_a_dead_one_joins_the_workers_that_live_on()
    {
        var coordinator = _cluster.Start(ClusterSettings.CoordinatorRole);
        ClusterOfNodes.Node[] workers = [_cluster.Start(ClusterSettings.WorkerRole), _cluster.Start(ClusterSettings.WorkerRole)];
        await ClusterOfNodes.JoinAsync(coordinator, coordinator);
        foreach (var worker in workers) await ClusterOfNodes.JoinAsync(worker, coordinator);
        foreach (var worker in workers) await ClusterOfNodes.SeesAsync(worker, coordinator, workers[0], workers[1]);

        coordinator.Kill();
        await coordinator.System.WhenTerminated;
        var next = _cluster.Start(ClusterSettings.CoordinatorRole, coordinator.Cluster.SelfAddress.Port!.Value);
        await ClusterOfNodes.JoinAsync(next, next, workers[0], workers[1]);

        await next.ActiveAsync();
        foreach (var node in new[] { next, workers[0], workers[1] }) await ClusterOfNodes.SeesAsync(node, next, workers[0], workers[1]);
    }

    [Fact]
    public void Worker_removes_nobody() => Assert.Null(_cluster.Start(ClusterSettings.WorkerRole).Cluster.DowningProvider.DowningActorProps);

    [Fact]
    public void Settings_that_all_nodes_share_are_the_ones_that_downing_uses() => Assert.Equal(
        TimeSpan.FromMilliseconds(500), Assert.IsType<CoordinatorsDowning>(_cluster.Start(ClusterSettings.CoordinatorRole).Cluster.DowningProvider).DownRemovalMargin);
}
