using Akka.Actor;
using Akka.Cluster;
using Federated.Wire.Cluster;
using ClusterSettings = Federated.Wire.Cluster.ClusterSettings;

namespace Federated.Wire.Tests.Cluster;

public sealed class UnreachableNodesTests
{
    private static readonly UniqueAddress Worker = Node(1);
    private static readonly UniqueAddress Coordinator = Node(2);
    private static readonly UnreachableNodes None = new(Seconds(2));

    [Fact]
    public void Node_is_due_when_it_has_been_unreachable_for_long_enough_and_is_told_once()
    {
        var lost = None.Lost(Worker, isCoordinator: false, Seconds(10));

        Assert.Equal(Seconds(12), lost.NextDue);
        Assert.Empty(lost.Due(Seconds(11.9), NobodyIsHeard).Down);
        var (down, next) = lost.Due(Seconds(12), NobodyIsHeard);
        Assert.Equal<UniqueAddress>([Worker], down);
        Assert.Null(next.NextDue);
    }

    [Fact]
    public void Change_of_reachability_starts_the_clock_of_that_node_anew_and_of_no_other()
    {
        var lost = None.Lost(Worker, false, Seconds(0)).Lost(Coordinator, true, Seconds(0));

        var again = lost.Found(Worker).Lost(Worker, false, Seconds(1));

        Assert.Equal<UniqueAddress>([Coordinator], again.Due(Seconds(2), NobodyIsHeard).Down);
        Assert.Equal(Seconds(3), again.Due(Seconds(2), NobodyIsHeard).Next.NextDue);
        Assert.Equal<UniqueAddress>([Worker], lost.Lost(Coordinator, true, Seconds(1)).Due(Seconds(2), NobodyIsHeard).Down);
    }

    [Fact]
    public void Node_that_is_found_again_in_time_is_never_due() =>
        Assert.Empty(None.Lost(Worker, false, Seconds(0)).Found(Worker).Due(Seconds(1000), NobodyIsHeard).Down);

    [Fact]
    public void Coordinator_that_this_node_hears_is_spared_whatever_others_say_of_it()
    {
        var lost = None.Lost(Worker, false, Seconds(0)).Lost(Coordinator, true, Seconds(0));

        var (down, next) = lost.Due(Seconds(2), _ => true);

        Assert.Equal<UniqueAddress>([Worker], down);
        Assert.Equal(Seconds(4), next.NextDue);
        Assert.Equal<UniqueAddress>([Coordinator], next.Due(Seconds(4), NobodyIsHeard).Down);
    }

    [Fact]
    public void Another_incarnation_at_the_same_address_is_another_node()
    {
        var newcomer = new UniqueAddress(Worker.Address, Worker.Uid + 1);

        Assert.Equal<UniqueAddress>([Worker], None.Lost(Worker, false, Seconds(0)).Found(newcomer).Due(Seconds(2), NobodyIsHeard).Down);
    }

    private static bool NobodyIsHeard(UniqueAddress node) => false;

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static UniqueAddress Node(int port) => new(new Address("akka.tcp", ClusterSettings.SystemName, "127.0.0.1", port), port);
}
