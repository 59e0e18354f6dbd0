using System.Collections.Immutable;
using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

public sealed class RoundActorPlacementTests : RoundActorTest
{
    [Fact]
    public async Task Local_round_waits_for_enough_clients_and_then_asks_those_that_are_there()
    {
        var round = Open(Local(minimum: 2), clients: []);
        round.Tell(RosterOf("a"));
        Assert.Equal("Round 3 waits for clients: 1 of at least 2 are attached.", TheRun.ExpectMsg<StepNotice>().Sentence);
        Assert.Equal(Refusal.NotInCohort, (await Ask<RefusedOffer>(round, Begin(Id("a")))).Reason);
        round.Tell(RosterOf("a", "z"));
        var orders = Registry.ExpectMsg<SubmitWork>().Orders;
        Assert.Equal(["a", "z"], orders.Select(order => order.Task.Key.Client));
        Assert.All(orders, order => Assert.True(order.Task.Local));
    }

    [Fact]
    public async Task Local_round_that_waits_too_long_for_clients_fails()
    {
        var round = Open(Local(minimum: 2), clients: []);
        round.Tell(RosterOf("a"));
        TheRun.ExpectMsg<StepNotice>();
        await Ask<RefusedOffer>(round, Begin(Id("a")));
        Advance(TimeSpan.FromMinutes(1));
        Assert.StartsWith("fewer than 2 clients", TheRun.ExpectMsg<RoundGaveUp>().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Local_client_whose_worker_is_gone_is_not_waited_for()
    {
        var round = Open(Local(minimum: 1), clients: []);
        round.Tell(RosterOf("a", "b"));
        Registry.ExpectMsg<SubmitWork>();
        round.Tell(new TaskLost(Key("b"), "w2"));
        await Deliver(round, Update(Id("a"), [1f, 1f]));
        Assert.Equal("worker 'w2' is gone.", TheRun.ExpectMsg<RoundReady>().Problems.Single().Reason);
    }

    [Fact]
    public async Task Tasks_name_home_and_state_and_the_round_says_who_made_its_updates()
    {
        var round = Open(Job(), homes: Homes(("a", "w1")));
        var orders = Registry.ExpectMsg<SubmitWork>().Orders;
        Assert.Equal([("a", "w1", 1), ("b", "", 0)], orders.Select(order => (order.Task.Key.Client, order.Task.Home, order.StateRound)));
        round.Tell(new TaskAssigned(Key("a"), "w1", TicketOf("w1")));
        round.Tell(new TaskAssigned(Key("b"), "w2", TicketOf("w2")));
        round.Tell(new TaskAssigned(Key("b"), "w3", TicketOf("w3")));

        await Offer(round, MadeBy("w1", Id("a")));
        // It had the task first, and was only slow.
        await Offer(round, MadeBy("w2", Id("b")));

        Assert.Equal([("a", "w1"), ("b", "w2")], TheRun.ExpectMsg<RoundReady>().Homes.Select(home => (home.Key, home.Value)));
    }

    [Fact]
    public async Task Worker_that_refuses_a_client_whose_state_it_has_fails_it()
    {
        var round = Open(Job(), homes: Homes(("a", "w1")));
        Registry.ExpectMsg<SubmitWork>();
        Assign(round, Key("a"), "w1");
        await Deliver(round, Failure(Id("a"), "not allowed here", onlyHere: true));
        Assert.Equal("a", Registry.ExpectMsg<WorkDone>().Key.Client);
    }

    [Fact]
    public void Round_whose_clients_all_wait_for_absent_homes_fails_at_its_deadline()
    {
        var round = Open(Job(), homes: Homes(("a", "w1"), ("b", "w2")));
        round.Tell(Present("w3"));
        Assert.Equal("Round 3 waits for workers that are not attached and have the states of 2 of its clients: 'w1', 'w2'.", TheRun.ExpectMsg<StepNotice>().Sentence);
        Advance(TimeSpan.FromMinutes(1));
        var gaveUp = TheRun.ExpectMsg<RoundGaveUp>();
        Assert.Equal<string>(["a", "b"], gaveUp.FailedClients);
        Assert.Equal(["worker 'w1', which has its state, was not there by the deadline.", "worker 'w2', which has its state, was not there by the deadline."], gaveUp.Problems.Select(problem => problem.Reason));
    }

    [Fact]
    public async Task Clock_stands_still_for_absent_homes_while_no_worker_is_there_or_one_of_the_homes_is()
    {
        var round = Open(With(Job(), cohort => cohort with { Minimum = 2 }), homes: Homes(("a", "w1"), ("b", "w2")));
        round.Tell(new Roster(0, 0, []));
        await Ask<RefusedOffer>(round, Begin(Id("a")));
        Advance(TimeSpan.FromHours(1));
        // The task of w1 will be assigned when it has a slot, and that starts the clock.
        round.Tell(Present("w1"));
        Assert.Contains("the states of 1 of its clients: 'w2'", TheRun.ExpectMsg<StepNotice>().Sentence, StringComparison.Ordinal);
        Advance(TimeSpan.FromHours(1));
        Assign(round, Key("a"), "w1");
        Assign(round, Key("b"), "w2");
        await Deliver(round, Update(Id("a"), [1f, 1f]));
        await Deliver(round, Update(Id("b"), [1f, 1f]));
        TheRun.ExpectMsg<RoundReady>();
    }

    [Fact]
    public void Local_client_goes_to_the_worker_that_announces_it_with_the_round_of_its_state()
    {
        var round = Open(Local(minimum: 1), clients: [], homes: Homes(("a", "w1")));
        round.Tell(RosterOf("a", "b"));
        var orders = Registry.ExpectMsg<SubmitWork>().Orders;
        Assert.Equal([("a", "", 1), ("b", "", 0)], orders.Select(order => (order.Task.Key.Client, order.Task.Home, order.StateRound)));
    }

    // Two of four: one of each region.
    [Fact]
    public void Cohort_has_its_share_of_each_group_that_workers_announce()
    {
        var job = With(Local(1), cohort => cohort with { Fraction = 0.5, Selection = new() { Kind = SelectionKind.Stratified, Label = "region" } });
        var round = Open(job);
        var (north, south) = (new Dictionary<string, string> { ["region"] = "north" }, new Dictionary<string, string> { ["region"] = "south" });
        round.Tell(RosterOf("a", "b", "c", "d") with
        {
            Labels = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["a"] = north, ["b"] = north, ["c"] = south, ["d"] = south }.ToImmutableDictionary(),
        });
        var drawn = Registry.ExpectMsg<SubmitWork>().Orders.Select(order => order.Task.Key.Client).ToArray();
        Assert.Single(drawn.Intersect(["a", "b"]));
        Assert.Single(drawn.Intersect(["c", "d"]));
    }
}
