using Federated.Coordinator.Hosting;

namespace Federated.Coordinator.Tests.Hosting;

public sealed class ClusterNodeTests
{
    [Fact]
    public void Lone_coordinator_may_form_a_cluster_and_asks_those_it_remembers_first() =>
        Assert.Equal<string>(["me:1", "w:2", "w:3"], ClusterNode.Seeds(new() { ClusterPort = 1 }, "me:1", ["w:2", "ME:1", "w:3"]));

    [Fact]
    public void Given_seeds_come_first_in_the_order_that_all_coordinators_share() =>
        Assert.Equal<string>(["a:1", "me:1", "w:2"], ClusterNode.Seeds(new() { ClusterPort = 1, Seeds = ["a:1", "Me:1"] }, "me:1", ["w:2", "A:1"]));

    [Fact]
    public void Coordinator_on_any_free_port_is_a_new_one() =>
        Assert.Equal<string>(["me:4711"], ClusterNode.Seeds(new() { ClusterPort = 0 }, "me:4711", ["w:2"]));
}
