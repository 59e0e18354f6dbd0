using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Federated.Coordinator.Actors;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

public sealed class BufferedActorTests : ActorTest
{
    private static readonly ParameterVector Older = new(Schema, [4f, 8f]);
    private readonly TestProbe _run;
    private readonly TestProbe _registry;
    private bool _keeps = true;

    public BufferedActorTests()
    {
        (_run, _registry) = (CreateTestProbe(), CreateTestProbe());
        _run.IgnoreMessages(message => message is StepProgress or CohortDrawn or ClientsDrawn);
        _run.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            if (message is CohortDrawn || (message is ClientsDrawn && _keeps)) sender.Tell(CohortKept.Instance);
            return AutoPilot.KeepRunning;
        }));
        _registry.IgnoreMessages(message => message is WorkDone);
    }

    [Fact]
    public async Task Whoever_delivers_is_replaced_at_once_and_k_updates_make_a_version()
    {
        var released = 0;
        var actor = Open(FedBuff(concurrency: 2, buffer: 2));
        var first = Asked(2);
        Assert.NotNull((await Permit(actor, Id(first[0]))).Schema);
        Assert.Equal(Refusal.Unspecified, (await Deliver(actor, Update(Id(first[0]), [1f, 0f], 1, () => Interlocked.Increment(ref released)))).Refused);
        var third = Asked(1).Single();
        Assert.DoesNotContain(third, first);
        Assert.Equal(Refusal.Unspecified, (await Deliver(actor, Update(Id(first[1]), [0f, 2f], 3, () => Interlocked.Increment(ref released)))).Refused);

        var ready = _run.ExpectMsg<RoundReady>();
        Assert.Equal<float>([10.25f, 21.5f], ready.Server.Parameters.Values.ToArray());
        Assert.Equal(first, ready.Settled);
        Assert.Equal(first, ready.Round.Accepted.Keys);
        Assert.Empty(ready.Problems);
        Assert.Equal(2, released);
    }

    [Fact]
    public async Task Update_that_comes_while_a_version_is_made_counts_in_the_next_one_and_less()
    {
        var actor = Open(FedBuff(concurrency: 3, buffer: 1), "a", "b", "c");
        Asked(3);
        await Deliver(actor, Update(Id("a"), [1f, 0f]));
        var ready = _run.ExpectMsg<RoundReady>();
        // The run writes its checkpoint meanwhile.
        Assert.Equal(Refusal.Unspecified, (await Deliver(actor, Update(Id("b"), [0f, 2f]))).Refused);
        Assert.Equal(Refusal.Duplicate, (await Offer(actor, Update(Id("b"), [0f, 2f]))).Refused);
        Next(actor, ready, FedBuff(concurrency: 3, buffer: 1), "a", "b", "c");

        var second = _run.ExpectMsg<RoundReady>();
        Assert.Equal((4, 1), (second.Round.Round, second.Round.Attempt));
        Assert.Equal(1, second.Round.Accepted["b"].Staleness);
        // [11, 20] + [0, 2] / sqrt(1 + 1)
        Assert.Equal<float>([11f, 20f + (2 * (float)Math.Sqrt(0.5))], second.Server.Parameters.Values.ToArray());
        Assert.Equal([("b", Refusal.Duplicate)], second.Problems.Select(problem => (problem.Client, problem.Refused)));
    }

    [Fact]
    public async Task Fedasync_mixes_in_the_model_that_the_client_came_to_from_an_older_version()
    {
        var spec = new FederationSpec { Mode = FederationMode.FedAsync, Asynchronous = new() { Concurrency = 1, Mixing = 0.5 } };
        // b was asked for two versions ago; the model was Older after round 0.
        var actor = Open(spec, "b", inFlight: ("b", 1));
        var order = _registry.ExpectMsg<SubmitWork>().Orders.Single();
        Assert.Equal((Older.Hash, 1), (order.Parameters!.Sha256, order.Task.Key.Round));
        await Deliver(actor, Update(Id("b", round: 1, attempt: 1), [4f, 0f]));
        // alpha = 0.5 / sqrt(1 + 2): x + alpha ([4, 8] + [4, 0] - x)
        var alpha = 0.5 / Math.Sqrt(3);
        var model = _run.ExpectMsg<RoundReady>().Server.Parameters.Values.ToArray();
        Assert.Equal(10 - (alpha * 2), model[0], 1e-5);
        Assert.Equal(20 - (alpha * 12), model[1], 1e-5);
    }

    [Fact]
    public async Task Update_that_is_too_old_by_now_is_refused_by_that_name_and_its_client_gets_new_work()
    {
        var spec = FedBuff(concurrency: 2, buffer: 1) is var any ? any with { Asynchronous = any.Asynchronous with { MaxStaleness = 0 } } : null!;
        var released = 0;
        var actor = Open(spec, "a", "b");
        Asked(2);
        await Deliver(actor, Update(Id("a"), [1f, 0f]));
        Next(actor, _run.ExpectMsg<RoundReady>(), spec, "a", "b");
        Assert.Equal(Refusal.TooStale, (await Offer(actor, Update(Id("b"), [9f, 9f], release: () => released++))).Refused);
        Assert.Equal(Refusal.TooStale, (await Ask<RefusedOffer>(actor, Begin(Id("b")))).Reason);
        Assert.Equal(1, released);
        Assert.Equal([("a", 4), ("b", 4)], _registry.FishForMessage<SubmitWork>(_ => true).Orders.Select(order => (order.Task.Key.Client, order.Task.Key.Round)));
    }

    [Fact]
    public async Task Client_that_takes_longer_than_the_deadline_is_replaced()
    {
        var actor = Open(FedBuff(concurrency: 2, buffer: 2), "a", "b", "c");
        var asked = Asked(2);
        Assign(actor, Key(asked[0]), "w1");
        await Permit(actor, Id(asked[0]));
        Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(asked[0], _registry.FishForMessage<WithdrawWork>(_ => true).Keys.Single().Client);
        Assert.Equal(["a", "b", "c"], asked.Append(Asked(1).Single()).Order());
        Assert.Equal(Refusal.RoundClosed, (await Offer(actor, Update(Id(asked[0]), [1f, 1f]))).Refused);
    }

    [Fact]
    public async Task Foreign_repeated_and_empty_updates_are_refused_by_name()
    {
        var released = 0;
        OfferUpdate Bad(TaskId id, ulong examples = 1) => Update(id, [9f, 9f], examples, () => Interlocked.Increment(ref released));
        var actor = Open(FedBuff(concurrency: 2, buffer: 9), "a", "b");
        Asked(2);
        await Deliver(actor, Update(Id("a"), [1f, 0f]));
        Assert.Equal(Refusal.WrongRound, (await Offer(actor, Bad(Id("b", round: 4)))).Refused);
        Assert.Equal(Refusal.WrongRound, (await Offer(actor, Bad(Id("b", attempt: 1)))).Refused);
        Assert.Equal(Refusal.NotInCohort, (await Offer(actor, Bad(Id("x")))).Refused);
        Assert.Equal(Refusal.Duplicate, (await Offer(actor, Bad(Id("a")))).Refused);
        Assert.Equal(Refusal.NoExamples, (await Deliver(actor, Bad(Id("b"), examples: 0))).Refused);
        Assert.Equal(Refusal.NotFinite, (await Deliver(actor, Update(Id("b"), [float.NaN, 0], release: () => Interlocked.Increment(ref released)))).Refused);
        Assert.Equal(6, released);
        // Nobody is left: what is there makes the version.
        Assert.Equal<float>([11f, 20f], _run.ExpectMsg<RoundReady>().Server.Parameters.Values.ToArray());
    }

    [Fact]
    public async Task Update_that_claims_more_examples_than_its_client_has_is_refused_and_its_client_replaced()
    {
        var actor = Open(FedBuff(concurrency: 1, buffer: 1), "a", "b");
        var first = Asked(1).Single();
        Assert.Equal(Refusal.Malformed, (await Deliver(actor, Update(Id(first), [9f, 9f], examples: 11))).Refused);
        Assert.NotEqual(first, Asked(1).Single());
    }

    // a and b were drawn first and c later; a and c deliver. It is theirs, as it would have been without the restart.
    [Fact]
    public async Task Version_that_goes_on_after_a_restart_says_whose_updates_it_has_and_names_nobody_else()
    {
        var spec = FedBuff(concurrency: 3, buffer: 2);
        var plan = PlanOf(JobOf(spec, local: false), 3, 2, AlgorithmCatalog.Create(JobOf(spec, local: false)).Init(Start) with { Round = 2 }, ["a", "b", "c", "d"]);
        var actor = _run.ChildActorOf(BufferedActor.Props(plan with
        {
            Reopened = new(["a", "b"], 2, 4),
            InFlight = RunState.Initial.InFlight.AddRange(new[] { "a", "b", "c" }.Select(client => KeyValuePair.Create(client, new FlightTask(3, 2)))),
            Versions = ImmutableDictionary<int, ParameterVector>.Empty.Add(2, Start),
        }, _registry));
        Asked(3);
        await Deliver(actor, Update(Id("a"), [1f, 0f]));
        await Deliver(actor, Update(Id("c"), [1f, 0f]));
        var ready = _run.ExpectMsg<RoundReady>();
        Assert.Equal(["a", "c"], ready.Round.Cohort);
        Assert.Equal(4, ready.Round.Population);
    }

    [Fact]
    public async Task Attempt_is_given_up_when_all_have_failed()
    {
        var actor = Open(FedBuff(concurrency: 1, buffer: 2), "a", "b");
        for (var client = 0; client < 2; client++) await Deliver(actor, Failure(Id(Asked(1).Single()), "No data."));
        var gaveUp = _run.ExpectMsg<RoundGaveUp>();
        Assert.Equal((3, 2), (gaveUp.Round, gaveUp.Attempt));
        Assert.Equal<string>(["a", "b"], gaveUp.FailedClients);
        Assert.StartsWith("2 clients failed, nobody else can be asked", gaveUp.Reason, StringComparison.Ordinal);
        Assert.Equal(Refusal.RoundClosed, (await Offer(actor, Update(Id("a"), [1f, 1f]))).Refused);
    }

    [Fact]
    public async Task Clients_that_could_not_be_journalled_before_the_commit_are_drawn_anew()
    {
        var spec = FedBuff(concurrency: 1, buffer: 1);
        var actor = Open(spec, "a", "b");
        var first = Asked(1).Single();
        _keeps = false;
        await Deliver(actor, Update(Id(first), [1f, 0f]));
        var ready = _run.ExpectMsg<RoundReady>();
        _registry.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        Next(actor, ready, spec, "a", "b");
        Assert.Equal(4, _registry.ExpectMsg<SubmitWork>().Orders.Single().Task.Key.Round);
    }

    [Fact]
    public async Task Semi_synchronous_round_closes_at_the_deadline_and_takes_late_updates_in_the_next()
    {
        var spec = new FederationSpec { Mode = FederationMode.SemiSynchronous };
        var actor = Open(spec, "a", "b");
        Asked(2);
        Assign(actor, Key("a"), "w1");
        await Deliver(actor, Update(Id("a"), [1f, 0f]));
        Advance(TimeSpan.FromMinutes(1));
        var ready = _run.ExpectMsg<RoundReady>();
        Assert.Empty(ready.Problems);
        Assert.Equal(["a"], ready.Settled);

        Next(actor, ready, spec, "a", "b");
        // b still trains for the round before.
        Assert.Equal(["a"], Asked(1));
        await Deliver(actor, Update(Id("b"), [0f, 2f]));
        await Deliver(actor, Update(Id("a", round: 4, attempt: 1), [1f, 0f]));
        var second = _run.ExpectMsg<RoundReady>();
        Assert.Equal([0, 1], second.Round.Accepted.Values.Select(update => update.Staleness));
        // ([1, 0] + [0, 2] / sqrt(2)) / 2
        Assert.Equal(11.5, second.Server.Parameters.Values.Span[0], 1e-6);
        Assert.Equal(20 + Math.Sqrt(0.5), second.Server.Parameters.Values.Span[1], 1e-5);
    }

    [Fact]
    public async Task Semi_synchronous_round_without_late_updates_is_the_synchronous_one()
    {
        var actor = Open(new() { Mode = FederationMode.SemiSynchronous }, "a", "b");
        Asked(2);
        await Deliver(actor, Update(Id("b"), [0f, 2f], 3));
        await Deliver(actor, Update(Id("a"), [1f, 0f]));
        Assert.Equal<float>([10.25f, 21.5f], _run.ExpectMsg<RoundReady>().Server.Parameters.Values.ToArray());
    }

    [Fact]
    public async Task Local_run_waits_for_clients_and_asks_those_that_come_later()
    {
        var actor = Open(FedBuff(concurrency: 9, buffer: 9), local: true);
        actor.Tell(new Roster(1, 1, []));
        Assert.StartsWith("Round 3 waits for clients: 0 of at least 1", _run.ExpectMsg<StepNotice>().Sentence, StringComparison.Ordinal);
        actor.Tell(new Roster(1, 1, ["a"]));
        Assert.Equal(["a"], Asked(1));
        actor.Tell(new Roster(1, 1, ["a", "z"]));
        Assert.Equal(["z"], Asked(1));
        actor.Tell(new TaskLost(Key("z"), "w2"));
        await Deliver(actor, Update(Id("a"), [1f, 1f]));
        Assert.Equal("worker 'w2' is gone.", _run.ExpectMsg<RoundReady>().Problems.Single().Reason);
    }

    [Fact]
    public async Task Ended_actor_withdraws_its_tasks_and_leaves_no_offer_without_an_answer()
    {
        var released = 0;
        var clients = Enumerable.Range(0, 40).Select(i => $"c{i:00}").ToArray();
        var actor = Open(FedBuff(concurrency: 40, buffer: 50), clients);
        Asked(40);
        var offers = clients.Take(30).Select(client => Deliver(actor, Update(Id(client), [1f, 0f], release: () => Interlocked.Increment(ref released)))).ToArray();
        actor.Tell(EndRound.Instance);
        Assert.All(await Task.WhenAll(offers), verdict => Assert.True(verdict.Refused is Refusal.Unspecified or Refusal.RoundClosed));
        Assert.Equal(clients.Skip(30), _registry.FishForMessage<WithdrawWork>(_ => true).Keys.Select(key => key.Client));
        await AwaitConditionAsync(() => Task.FromResult(Volatile.Read(ref released) == 30), TimeSpan.FromSeconds(5));
    }

    private string[] Asked(int count)
    {
        var asked = ImmutableArray<string>.Empty;
        while (asked.Length < count) asked = asked.AddRange(_registry.FishForMessage<SubmitWork>(_ => true).Orders.Select(order => order.Task.Key.Client));
        Assert.Equal(count, asked.Length);
        return [.. asked];
    }

    private static FederationSpec FedBuff(int concurrency, int buffer) => new() { Mode = FederationMode.FedBuff, Asynchronous = new() { Concurrency = concurrency, Buffer = buffer } };

    private IActorRef Open(FederationSpec spec, params string[] clients) => Open(spec, local: false, null, clients);

    private IActorRef Open(FederationSpec spec, string client, (string Client, int Round) inFlight) => Open(spec, local: false, inFlight, client);

    private IActorRef Open(FederationSpec spec, bool local, (string Client, int Round)? inFlight = null, params string[] clients) =>
        _run.ChildActorOf(BufferedActor.Props(PlanOf(JobOf(spec, local), 3, 2, AlgorithmCatalog.Create(JobOf(spec, local)).Init(Start) with { Round = 2 }, clients.Length > 0 || local ? clients : ["a", "b", "c", "d"]) with
        {
            InFlight = inFlight is { } task ? RunState.Initial.InFlight.Add(task.Client, new(task.Round, 1)) : RunState.Initial.InFlight,
            Versions = ImmutableDictionary<int, ParameterVector>.Empty.Add(0, Older).Add(2, Start),
        }, _registry));

    // As the run does when it has committed.
    private void Next(IActorRef actor, RoundReady ready, FederationSpec spec, params string[] clients)
    {
        var plan = PlanOf(JobOf(spec, local: false), ready.Round.Round + 1, 1, ready.Server, clients);
        actor.Tell(plan with { Versions = ImmutableDictionary<int, ParameterVector>.Empty.Add(2, Start).Add(ready.Server.Round, ready.Server.Parameters) }, _run);
    }

    private static RoundPlan PlanOf(JobSpec job, int round, int attempt, ServerState server, string[] clients) => new(
        "run", job, round, attempt, server, AlgorithmCatalog.Create(job), [.. clients.Select(client => new ClientShare(client, 10))], new WeightedMean(2), ClientHealth.Fine);

    private static JobSpec JobOf(FederationSpec spec, bool local) => Job() with
    {
        Federation = spec with { Rounds = 9, Cohort = new() { Minimum = 1, Deadline = TimeSpan.FromMinutes(1) } },
        Data = local ? new() { Placement = Placement.Local } : new(),
    };

    private static TaskKey Key(string client) => new("run", TaskPurpose.Train, 3, 2, client);

    private static TaskId Id(string client, uint round = 3, uint attempt = 2) => new() { Run = "run", Round = round, Attempt = attempt, Client = client, Kind = TaskKind.Train };
}
