using Akka.Actor;
using Akka.Cluster;
using Federated.Worker.Actors;

namespace Federated.Worker.Tests.Actors;

public sealed class CoordinatorsInSightTests
{
    private static readonly UniqueAddress One = new(new Address("akka.tcp", "federated", "127.0.0.1", 1), 1);
    private static readonly UniqueAddress Two = new(new Address("akka.tcp", "federated", "127.0.0.1", 2), 2);
    private static readonly CoordinatorsInSight Both = CoordinatorsInSight.Nobody.Joined(One).Joined(Two);

    [Fact]
    public void Nobody_is_in_sight_before_a_coordinator_is_a_member() =>
        Assert.Equal((false, false), (CoordinatorsInSight.Nobody.Any, CoordinatorsInSight.Nobody.All));

    [Fact]
    public void One_of_two_that_cannot_be_reached_must_be_removed()
    {
        Assert.True(Both.Lost(One).Any);
        Assert.False(Both.Lost(One).All);
        Assert.True(Both.Lost(One).Gone(One).All);
        Assert.True(Both.Lost(One).Found(One).All);
        Assert.False(Both.Lost(One).Lost(Two).Any);
        Assert.True(Both.Lost(One).Lost(Two).Found(Two).Any);
    }

    [Fact]
    public void Coordinator_that_is_gone_is_not_in_sight()
    {
        Assert.True(Both.Gone(One).Any);
        Assert.False(Both.Gone(One).Gone(Two).Any);
        Assert.False(Both.Gone(One).Lost(Two).Any);
    }

    [Fact]
    public void Workers_that_cannot_be_reached_do_not_matter() => Assert.True(CoordinatorsInSight.Nobody.Joined(One).Lost(Two).All);

    [Fact]
    public void Next_incarnation_at_the_address_of_a_lost_coordinator_is_in_sight() =>
        Assert.True(CoordinatorsInSight.Nobody.Joined(One).Lost(One).Joined(new UniqueAddress(One.Address, 3)).Any);
}
