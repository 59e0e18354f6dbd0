using Akka.Actor;
using Akka.TestKit;
using Federated.Coordinator.Actors;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Rounds;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Tests.Actors;

public sealed class StatisticsActorTests : ActorTest
{
    private static readonly ParameterSchema Normal = new([new("1.mean", [1], Trainable: false), new("1.variance", [1], Trainable: false), new("2.weight", [1])]);

    private readonly TestProbe _run;
    private readonly TestProbe _registry;

    public StatisticsActorTests()
    {
        (_run, _registry) = (CreateTestProbe(), CreateTestProbe());
        _run.IgnoreMessages(message => message is StepProgress);
        _registry.IgnoreMessages(message => message is WorkDone);
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "a")]
    public async Task Mean_and_variance_of_all_clients_become_initial_parameters_in_whatever_order_they_come(string first, string second)
    {
        var statistics = Open(Job(), "a", "b");
        var orders = _registry.ExpectMsg<SubmitWork>().Orders;
        Assert.Equal(["a", "b"], orders.Select(order => order.Task.Key.Client));
        Assert.All(orders, order => Assert.Equal((TaskPurpose.Statistics, 0), (order.Task.Key.Purpose, order.Task.Key.Round)));
        foreach (var client in new[] { first, second }) Assert.Equal(Refusal.Unspecified, (await Deliver(statistics, Moments(client))).Refused);
        var standardised = _run.ExpectMsg<RunStandardised>();
        Assert.Equal([4f, 6.8f, 9f], standardised.Initialised.Server.Parameters.Values.ToArray());   // 1, 2, 6 and 3, 8
        Assert.Empty(standardised.LeftOut);
        Assert.Equal(Refusal.RoundClosed, (await Offer(statistics, Moments("a"))).Refused);
    }

    [Fact]
    public async Task Client_that_fails_is_tried_elsewhere_three_times_and_left_out_with_its_reason()
    {
        var statistics = Open(Job(), "a", "b");
        _registry.ExpectMsg<SubmitWork>();
        await Deliver(statistics, Moments("a"));
        for (uint attempt = 1; attempt <= 3; attempt++)
        {
            Assign(statistics, new("run", TaskPurpose.Statistics, 0, (int)attempt, "b"), $"w{attempt}");
            await Deliver(statistics, Failure(Id("b", attempt), "Out of memory."));
            if (attempt < 3) Assert.Equal((int)attempt, _registry.ExpectMsg<SubmitWork>().Orders.Single().Task.Avoid.Count);
        }
        Assert.Equal("Client 'b' is not part of the statistics of the data: Out of memory.", _run.ExpectMsg<StepNotice>().Sentence);
        var standardised = _run.ExpectMsg<RunStandardised>();
        Assert.Equal([3f, 14 / 3f, 9f], standardised.Initialised.Server.Parameters.Values.ToArray());
        var left = Assert.Single(standardised.LeftOut);
        Assert.Equal(("b", "w3", "Out of memory."), (left.Client, left.Worker, left.Reason));
    }

    [Fact]
    public async Task Fewer_clients_than_a_round_needs_fail_the_run_with_the_first_reason()
    {
        var statistics = Open(With(Job(), cohort => cohort with { Minimum = 2 }), "a", "b");
        await Deliver(statistics, Moments("a"));
        await Deliver(statistics, Failure(Id("b"), "The table is missing.", permanent: true));
        _run.ExpectMsg<StepNotice>();
        Assert.Equal("The data cannot be standardised: 1 of 2 clients gave statistics, and federation.cohort.minimum is 2. Client 'b': The table is missing.",
            _run.ExpectMsg<InitialiseFailed>().Reason);
    }

    [Fact]
    public async Task What_nobody_asked_for_what_is_late_and_what_does_not_fit_is_refused()
    {
        var statistics = Open(Job(), "a", "b");
        Assert.Equal(Refusal.NotInCohort, (await Offer(statistics, Moments("c"))).Refused);
        Assert.Equal(Refusal.WrongRound, (await Offer(statistics, Moments("a", attempt: 2))).Refused);
        await Deliver(statistics, Moments("a"));
        Assert.Equal(Refusal.Duplicate, (await Offer(statistics, Moments("a"))).Refused);
        Assert.Equal(Refusal.WrongLength, (await Deliver(statistics, new OfferReport(new() { Id = Id("b"), Ticket = Ticket, Moments = new() { Counts = { 1, 1 }, Sums = { 0, 0 }, Deviations = { 0, 0 } } }))).Refused);
        _run.ExpectMsg<StepNotice>();
        Assert.Equal("b", Assert.Single(_run.ExpectMsg<RunStandardised>().LeftOut).Client);
    }

    [Fact]
    public async Task Who_does_not_show_the_ticket_of_the_client_tells_nothing_of_its_data()
    {
        var statistics = Open(Job(), "a");
        statistics.Tell(new TaskAssigned(new("run", TaskPurpose.Statistics, 0, 1, "a"), "w1", ByteString.CopyFromUtf8("another")));
        Assert.Equal(Refusal.WrongTicket, (await Offer(statistics, Moments("a"))).Refused);
        await Deliver(statistics, Moments("a"));
        _run.ExpectMsg<RunStandardised>();
    }

    [Fact]
    public async Task Clients_that_do_not_answer_by_the_deadline_are_left_out()
    {
        var statistics = Open(Job(), "a", "b");
        Assign(statistics, new("run", TaskPurpose.Statistics, 0, 1, "b"), "w1");
        await Deliver(statistics, Moments("a"));
        Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("Client 'b' is not part of the statistics of the data: no answer by the deadline.", _run.ExpectMsg<StepNotice>().Sentence);
        Assert.Equal("b", Assert.Single(_run.ExpectMsg<RunStandardised>().LeftOut).Client);
    }

    [Fact]
    public async Task Local_placement_waits_for_enough_clients_and_asks_those_that_are_there()
    {
        var job = With(Job(), cohort => cohort with { Minimum = 2 });
        var statistics = Open(job with { Data = new() { Placement = Placement.Local } });
        statistics.Tell(new Roster(1, 1, ["b"]));
        Assert.Equal("The statistics of the data wait for clients: 1 of at least 2 are attached.", _run.ExpectMsg<StepNotice>().Sentence);
        Assert.Equal(Refusal.NotActive, (await Offer(statistics, Moments("b"))).Refused);
        statistics.Tell(new Roster(2, 2, ["b", "a"]));
        Assert.All(_registry.ExpectMsg<SubmitWork>().Orders, order => Assert.True(order.Task.Local));
        await Deliver(statistics, Moments("b"));
        statistics.Tell(new TaskLost(new("run", TaskPurpose.Statistics, 0, 1, "a"), "w2"));
        _run.ExpectMsg<StepNotice>();
        _run.ExpectMsg<InitialiseFailed>();   // one is less than the two that a round needs
    }

    [Fact]
    public void Local_placement_without_enough_clients_fails_when_rounds_would()
    {
        var statistics = Open(With(Job(), cohort => cohort with { Minimum = 2 }) with { Data = new() { Placement = Placement.Local } });
        statistics.Tell(new Roster(1, 1, ["b"]));
        _run.ExpectMsg<StepNotice>();
        Advance(TimeSpan.FromMinutes(2));   // a deadline of a minute, and one further attempt
        Assert.Contains("fewer than 2 clients were attached", _run.ExpectMsg<InitialiseFailed>().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_that_float32_cannot_hold_fail_the_run_with_a_sentence()
    {
        await Deliver(Open(Job(), "a"), new OfferReport(new() { Id = Id("a"), Ticket = Ticket, Moments = new() { Counts = { 2 }, Sums = { 1e60 }, Deviations = { 0 } } }));
        Assert.Contains("too large to be standardised", _run.ExpectMsg<InitialiseFailed>().Reason, StringComparison.Ordinal);
    }

    private IActorRef Open(JobSpec job, params string[] clients)
    {
        var algorithm = AlgorithmCatalog.Create(job);
        var initialised = new RunInitialised(algorithm.Init(new(Normal, [0, 1, 9])), new WeightedMean(3), [.. clients.Select(client => new ClientShare(client, 1))], TestExamples: 0, Goal: null);
        return _run.ChildActorOf(StatisticsActor.Props(new("run", job, algorithm, initialised), _registry));
    }

    private static TaskId Id(string client, uint attempt = 1) => new() { Run = "run", Attempt = attempt, Client = client, Kind = TaskKind.Statistics };

    private static OfferReport Moments(string client, uint attempt = 1) => new(new()
    {
        Id = Id(client, attempt),
        Ticket = Ticket,
        Moments = client == "b" ? new() { Counts = { 2 }, Sums = { 11 }, Deviations = { 12.5 } } : new() { Counts = { 3 }, Sums = { 9 }, Deviations = { 14 } },
    });
}
