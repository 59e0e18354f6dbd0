using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Federated.Coordinator.Actors;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Rounds;
using Federated.Core.Rounds.Selection;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

public sealed class RoundActorTests : ActorTest
{
    private readonly TestProbe _run;
    private readonly TestProbe _registry;

    public RoundActorTests()
    {
        (_run, _registry) = (CreateTestProbe(), CreateTestProbe());
        _run.IgnoreMessages(message => message is StepProgress or CohortDrawn);
        _run.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            if (message is CohortDrawn) sender.Tell(CohortKept.Instance);
            return AutoPilot.KeepRunning;
        }));
    }

    [Fact]
    public async Task Mean_of_the_updates_moves_the_model_and_every_buffer_is_given_back_once()
    {
        var released = 0;
        var round = Open(Job());
        var work = _registry.ExpectMsg<SubmitWork>();
        Assert.Equal(["a", "b"], work.Orders.Select(order => order.Task.Key.Client));
        Assert.All(work.Orders, order => Assert.Equal((Start.Hash, 2ul), (order.Parameters!.Sha256, order.Parameters.Count)));

        Assert.NotNull((await Ask<UploadPermit>(round, new BeginUpload(Id("a")))).Schema);
        Assert.Equal(Refusal.Unspecified, (await Offer(round, Update(Id("b"), [0f, 2f], 3, () => Interlocked.Increment(ref released)))).Refused);
        Assert.Equal("b", _registry.ExpectMsg<WorkDone>().Key.Client);
        Assert.Equal(Refusal.Unspecified, (await Offer(round, Update(Id("a"), [1f, 0f], 1, () => Interlocked.Increment(ref released)))).Refused);

        var ready = _run.ExpectMsg<RoundReady>();
        Assert.Equal<float>([10.25f, 21.5f], ready.Server.Parameters.Values.ToArray());
        Assert.Equal(["a", "b"], ready.Round.Accepted.Keys);
        Assert.Empty(ready.Problems);
        Assert.Equal(2, released);
    }

    [Fact]
    public async Task What_travels_has_the_shapes_of_the_algorithm_and_goes_out_before_anybody_is_asked()
    {
        var round = Open(Job(), new WideAlgorithm());
        var made = _run.ExpectMsg<BroadcastMade>();
        Assert.Equal((3, 2), (made.Round, made.Attempt));
        Assert.Equal<float>([10, 20, 7], made.Broadcast.Values.ToArray());
        _registry.ExpectNoMsg(TimeSpan.FromMilliseconds(50));

        round.Tell(new BroadcastHandedOut(made.Broadcast), _run);
        var work = _registry.ExpectMsg<SubmitWork>();
        Assert.All(work.Orders, order => Assert.Equal((made.Broadcast.Hash, made.Broadcast.Schema.Hash, 3ul), (order.Parameters!.Sha256, order.Parameters.SchemaHash, order.Parameters.Count)));
        Assert.Equal(1, (await Ask<UploadPermit>(round, new BeginUpload(Id("a")))).Schema!.Count);
        await Offer(round, Weighing("a", 13, 0.5f));
        await Offer(round, Weighing("b", 2, 0));

        // The weighted mean is (13 / 2 + 5 * 2) / 5.5; the facts have both weights, and two clients that could be asked.
        Assert.Equal<float>([13, 0.5f, 5, 2], _run.ExpectMsg<RoundReady>().Server.Slots["seen"].ToArray());
    }

    [Fact]
    public void Broadcast_that_cannot_be_made_fails_the_attempt()
    {
        Open(Job(), new WideAlgorithm(broken: true));
        Assert.Equal("making what its clients get failed: broken", _run.ExpectMsg<RoundGaveUp>().Reason);
    }

    [Fact]
    public async Task Foreign_repeated_and_empty_updates_are_refused_by_name_listed_and_do_not_disturb_the_round()
    {
        var released = 0;
        OfferUpdate Bad(TaskId id, ulong examples = 1) => Update(id, [9f, 9f], examples, () => Interlocked.Increment(ref released));
        var round = Open(Job());
        await Offer(round, Update(Id("a"), [1f, 0f]));

        Assert.Equal(Refusal.WrongRound, (await Offer(round, Bad(Id("b", round: 4)))).Refused);
        Assert.Equal(Refusal.WrongRound, (await Offer(round, Bad(Id("b", attempt: 1)))).Refused);
        Assert.Equal(Refusal.NotInCohort, (await Offer(round, Bad(Id("x")))).Refused);
        Assert.Equal(Refusal.Duplicate, (await Offer(round, Bad(Id("a")))).Refused);
        Assert.Equal(Refusal.NoExamples, (await Offer(round, Bad(Id("b"), examples: 0))).Refused);
        Assert.Equal(Refusal.NotInCohort, (await Ask<RefusedOffer>(round, new BeginUpload(Id("x")))).Reason);
        Assert.Equal(5, released);

        await Offer(round, Update(Id("b"), [0f, 2f]));
        var ready = _run.ExpectMsg<RoundReady>();
        Assert.Equal<float>([10.5f, 21f], ready.Server.Parameters.Values.ToArray());
        Assert.Equal(
            [("a", Refusal.Duplicate), ("b", Refusal.WrongRound), ("b", Refusal.NoExamples), ("x", Refusal.NotInCohort)],
            ready.Problems.Select(problem => (problem.Client, problem.Refused)));
    }

    [Fact]
    public async Task Update_with_a_value_that_cannot_be_summed_fails_its_client_only()
    {
        var round = Open(Job());
        Assert.Equal(Refusal.OutOfRange, (await Offer(round, Update(Id("a"), [3e38f, 0f]))).Refused);
        Assert.Equal(Refusal.NotFinite, (await Offer(round, Update(Id("a"), [float.NaN, 0f]))).Refused);
        await Offer(round, Update(Id("b"), [1f, 1f]));
        var ready = _run.ExpectMsg<RoundReady>();
        Assert.Equal<float>([11f, 21f], ready.Server.Parameters.Values.ToArray());
        Assert.Equal(["a", "a"], ready.Problems.Select(problem => problem.Client));
    }

    [Fact]
    public async Task Upload_that_the_service_rejected_is_not_waited_for()
    {
        var round = Open(Job());
        round.Tell(new UploadRejected(Id("a"), Refusal.BadChecksum, "The checksum is wrong."));
        await Offer(round, Update(Id("b"), [1f, 1f]));
        Assert.Equal(("a", Refusal.BadChecksum), _run.ExpectMsg<RoundReady>().Problems.Select(problem => (problem.Client, problem.Refused)).Single());
    }

    [Fact]
    public async Task Failed_client_is_listed_with_worker_and_reason_and_the_round_closes_without_it()
    {
        var round = Open(Job());
        round.Tell(new TaskAssigned(Key("a"), "w7"));
        Assert.Equal(Refusal.Unspecified, (await Offer(round, Failure(Id("a"), "Out of memory."))).Refused);
        await Offer(round, Update(Id("b"), [1f, 1f]));
        var problem = _run.ExpectMsg<RoundReady>().Problems.Single();
        Assert.Equal(("a", "w7", Refusal.Unspecified, "Out of memory."), (problem.Client, problem.Worker, problem.Refused, problem.Reason));
    }

    [Fact]
    public async Task Client_whose_worker_refuses_goes_to_another_one_and_fails_when_it_comes_back_to_it()
    {
        var round = Open(Job());
        _registry.ExpectMsg<SubmitWork>();
        foreach (var client in new[] { "a", "b" })
        {
            round.Tell(new TaskAssigned(Key(client), "strict"));
            await Offer(round, Failure(Id(client), "not allowed here", onlyHere: true));
            Assert.Equal(client, _registry.ExpectMsg<WithdrawWork>().Keys.Single().Client);
            Assert.Equal(["strict"], _registry.ExpectMsg<SubmitWork>().Orders.Single().Task.Avoid);
        }
        round.Tell(new TaskAssigned(Key("a"), "open"));
        await Offer(round, Update(Id("a"), [1f, 1f]));
        round.Tell(new TaskAssigned(Key("b"), "strict"));
        await Offer(round, Failure(Id("b"), "not allowed here", onlyHere: true));
        var ready = _run.ExpectMsg<RoundReady>();
        Assert.Equal(["a"], ready.Round.Accepted.Keys);
        Assert.Equal([("a", "strict"), ("b", "strict")], ready.Problems.Select(problem => (problem.Client, problem.Worker)));
    }

    [Fact]
    public async Task Over_selected_round_closes_with_the_wanted_updates_cancels_the_rest_and_refuses_late_ones()
    {
        var released = 0;
        var job = With(Job(), cohort => cohort with { Fraction = 0.5, OverSelect = 2 });
        var round = Open(job, clients: ["a", "b", "c", "d"]);
        Assert.Equal(4, _registry.ExpectMsg<SubmitWork>().Orders.Length);
        await Offer(round, Update(Id("c"), [1f, 0f]));
        await Offer(round, Update(Id("a"), [1f, 0f]));

        var withdrawn = _registry.FishForMessage<WithdrawWork>(_ => true);
        Assert.Equal(["b", "d"], withdrawn.Keys.Select(key => key.Client));
        Assert.Empty(_run.ExpectMsg<RoundReady>().Problems);
        Assert.Equal(Refusal.RoundClosed, (await Offer(round, Update(Id("b"), [5f, 5f], release: () => released++))).Refused);
        Assert.Equal(1, released);
    }

    [Fact]
    public async Task Deadline_with_the_minimum_closes_the_round_and_lists_who_is_missing()
    {
        var round = Open(Job());
        round.Tell(new TaskAssigned(Key("a"), "w1"));
        round.Tell(new TaskAssigned(Key("b"), "w2"));
        await Offer(round, Update(Id("a"), [1f, 0f]));
        Advance(TimeSpan.FromMinutes(1));
        var problem = _run.ExpectMsg<RoundReady>().Problems.Single();
        Assert.Equal(("b", "w2", "no update by the deadline."), (problem.Client, problem.Worker, problem.Reason));
    }

    [Fact]
    public async Task Deadline_without_the_minimum_fails_the_round()
    {
        var round = Open(With(Job(), cohort => cohort with { Minimum = 2 }));
        round.Tell(new TaskAssigned(Key("a"), "w1"));
        await Offer(round, Update(Id("a"), [1f, 0f]));
        Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("1 of at least 2 updates had arrived at the deadline.", _run.ExpectMsg<RoundGaveUp>().Reason);
        Assert.Contains("b", _registry.FishForMessage<WithdrawWork>(_ => true).Keys.Select(key => key.Client));
    }

    [Fact]
    public async Task Clock_stands_still_until_the_first_task_is_assigned()
    {
        var round = Open(With(Job(), cohort => cohort with { Minimum = 2 }));
        await Ask<UploadPermit>(round, new BeginUpload(Id("a")));
        Advance(TimeSpan.FromHours(1));
        await Offer(round, Update(Id("a"), [1f, 0f]));
        await Offer(round, Update(Id("b"), [1f, 0f]));
        _run.ExpectMsg<RoundReady>();
    }

    [Fact]
    public async Task Round_fails_at_once_when_too_few_clients_are_left()
    {
        var round = Open(With(Job(), cohort => cohort with { Minimum = 2 }));
        await Offer(round, Failure(Id("b"), "No data."));
        var gaveUp = _run.ExpectMsg<RoundGaveUp>();
        Assert.Equal((3, 2), (gaveUp.Round, gaveUp.Attempt));
        Assert.Equal("1 of 2 clients failed and at least 2 updates are needed; client 'b': No data.", gaveUp.Reason);
    }

    [Fact]
    public async Task Defect_of_the_algorithm_fails_the_round_with_its_message()
    {
        var round = Open(Job(), new GatedAlgorithm(() => throw new InvalidOperationException("broken step")));
        await Offer(round, Update(Id("a"), [1f, 0f]));
        await Offer(round, Update(Id("b"), [1f, 0f]));
        Assert.Contains("broken step", _run.ExpectMsg<RoundGaveUp>().Reason);
    }

    [Fact]
    public async Task Local_round_waits_for_enough_clients_and_then_asks_those_that_are_there()
    {
        var round = Open(Local(minimum: 2), clients: []);
        round.Tell(RosterOf("a"));
        Assert.Equal("Round 3 waits for clients: 1 of at least 2 are attached.", _run.ExpectMsg<StepNotice>().Sentence);
        Assert.Equal(Refusal.NotInCohort, (await Ask<RefusedOffer>(round, new BeginUpload(Id("a")))).Reason);
        round.Tell(RosterOf("a", "z"));
        var orders = _registry.ExpectMsg<SubmitWork>().Orders;
        Assert.Equal(["a", "z"], orders.Select(order => order.Task.Key.Client));
        Assert.All(orders, order => Assert.True(order.Task.Local));
    }

    [Fact]
    public async Task Local_round_that_waits_too_long_for_clients_fails()
    {
        var round = Open(Local(minimum: 2), clients: []);
        round.Tell(RosterOf("a"));
        _run.ExpectMsg<StepNotice>();
        await Ask<RefusedOffer>(round, new BeginUpload(Id("a")));
        Advance(TimeSpan.FromMinutes(1));
        Assert.StartsWith("fewer than 2 clients", _run.ExpectMsg<RoundGaveUp>().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Local_client_whose_worker_is_gone_is_not_waited_for()
    {
        var round = Open(Local(minimum: 1), clients: []);
        round.Tell(RosterOf("a", "b"));
        _registry.ExpectMsg<SubmitWork>();
        round.Tell(new TaskLost(Key("b"), "w2"));
        await Offer(round, Update(Id("a"), [1f, 1f]));
        Assert.Equal("worker 'w2' is gone.", _run.ExpectMsg<RoundReady>().Problems.Single().Reason);
    }

    [Fact]
    public async Task Tasks_name_home_and_state_and_the_round_says_who_made_its_updates()
    {
        var round = Open(Job(), homes: Homes(("a", "w1")));
        var orders = _registry.ExpectMsg<SubmitWork>().Orders;
        Assert.Equal([("a", "w1", 1), ("b", "", 0)], orders.Select(order => (order.Task.Key.Client, order.Task.Home, order.StateRound)));
        round.Tell(new TaskAssigned(Key("a"), "w1"));
        round.Tell(new TaskAssigned(Key("b"), "w2"));
        round.Tell(new TaskAssigned(Key("b"), "w3"));

        await Offer(round, MadeBy("w1", Id("a")));
        // It had the task first, and was only slow.
        await Offer(round, MadeBy("w2", Id("b")));

        Assert.Equal([("a", "w1"), ("b", "w2")], _run.ExpectMsg<RoundReady>().Homes.Select(home => (home.Key, home.Value)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("w9")]
    public async Task Update_of_a_worker_that_was_not_given_the_task_does_not_become_a_home(string worker)
    {
        var released = 0;
        var round = Open(Job(), homes: ClientHomes.None);
        round.Tell(new TaskAssigned(Key("a"), "w1"));
        var refused = await Offer(round, MadeBy(worker, Id("a"), () => released++));
        Assert.Equal((Refusal.Malformed, $"The update is of worker '{worker}', which was not given the task of client 'a'."), (refused.Refused, refused.Detail));
        Assert.Equal(1, released);
        // Its own worker may still deliver.
        Assert.Equal(Refusal.Unspecified, (await Offer(round, MadeBy("w1", Id("a")))).Refused);
    }

    [Fact]
    public async Task Worker_that_refuses_a_client_whose_state_it_has_fails_it()
    {
        var round = Open(Job(), homes: Homes(("a", "w1")));
        _registry.ExpectMsg<SubmitWork>();
        round.Tell(new TaskAssigned(Key("a"), "w1"));
        await Offer(round, Failure(Id("a"), "not allowed here", onlyHere: true));
        Assert.Equal("a", _registry.ExpectMsg<WorkDone>().Key.Client);
    }

    [Fact]
    public void Round_whose_clients_all_wait_for_absent_homes_fails_at_its_deadline()
    {
        var round = Open(Job(), homes: Homes(("a", "w1"), ("b", "w2")));
        round.Tell(Present("w3"));
        Assert.Equal("Round 3 waits for workers that are not attached and have the states of 2 of its clients: 'w1', 'w2'.", _run.ExpectMsg<StepNotice>().Sentence);
        Advance(TimeSpan.FromMinutes(1));
        var gaveUp = _run.ExpectMsg<RoundGaveUp>();
        Assert.Equal<string>(["a", "b"], gaveUp.FailedClients);
        Assert.Equal(["worker 'w1', which has its state, was not there by the deadline.", "worker 'w2', which has its state, was not there by the deadline."], gaveUp.Problems.Select(problem => problem.Reason));
    }

    [Fact]
    public async Task Clock_stands_still_for_absent_homes_while_no_worker_is_there_or_one_of_the_homes_is()
    {
        var round = Open(With(Job(), cohort => cohort with { Minimum = 2 }), homes: Homes(("a", "w1"), ("b", "w2")));
        round.Tell(new Roster(0, 0, []));
        await Ask<UploadPermit>(round, new BeginUpload(Id("a")));
        Advance(TimeSpan.FromHours(1));
        // The task of w1 will be assigned when it has a slot, and that starts the clock.
        round.Tell(Present("w1"));
        Assert.Contains("the states of 1 of its clients: 'w2'", _run.ExpectMsg<StepNotice>().Sentence, StringComparison.Ordinal);
        Advance(TimeSpan.FromHours(1));
        round.Tell(new TaskAssigned(Key("a"), "w1"));
        round.Tell(new TaskAssigned(Key("b"), "w2"));
        await Offer(round, MadeBy("w1", Id("a")));
        await Offer(round, MadeBy("w2", Id("b")));
        _run.ExpectMsg<RoundReady>();
    }

    [Fact]
    public void Local_client_goes_to_the_worker_that_announces_it_with_the_round_of_its_state()
    {
        var round = Open(Local(minimum: 1), clients: [], homes: Homes(("a", "w1")));
        round.Tell(RosterOf("a", "b"));
        var orders = _registry.ExpectMsg<SubmitWork>().Orders;
        Assert.Equal([("a", "", 1), ("b", "", 0)], orders.Select(order => (order.Task.Key.Client, order.Task.Home, order.StateRound)));
    }

    [Theory]
    [InlineData("Aggregating")]
    [InlineData("Committing")]
    [InlineData("Failed")]
    public async Task Nothing_changes_the_outcome_after_training(string phase)
    {
        using var gate = new ManualResetEventSlim();
        var released = 0;
        var round = Open(With(Job(), cohort => cohort with { Fraction = 0.5, OverSelect = 2 }), phase == "Aggregating" ? new GatedAlgorithm(gate.Wait) : null);
        if (phase == "Failed")
        {
            await Offer(round, Failure(Id("a"), "x"));
            await Offer(round, Failure(Id("b"), "x"));
            _run.ExpectMsg<RoundGaveUp>();
        }
        else
        {
            await Offer(round, Update(Id("a"), [1f, 0f]));
            if (phase == "Committing") _run.ExpectMsg<RoundReady>();
        }

        Assert.Equal(Refusal.RoundClosed, (await Offer(round, Update(Id("b"), [7f, 7f], release: () => released++))).Refused);
        Assert.Equal(Refusal.RoundClosed, (await Ask<RefusedOffer>(round, new BeginUpload(Id("b")))).Reason);
        Assert.Equal(Refusal.RoundClosed, (await Offer(round, Failure(Id("b"), "late"))).Refused);
        round.Tell(new UploadRejected(Id("b"), Refusal.NotFinite, "late"));
        round.Tell(new TaskAssigned(Key("b"), "w"));
        round.Tell(new TaskLost(Key("b"), "w"));
        round.Tell(RosterOf("q"));
        Advance(TimeSpan.FromHours(1));
        Assert.Equal(Refusal.RoundClosed, (await Ask<RefusedOffer>(round, new BeginUpload(Id("b")))).Reason);
        Assert.Equal(1, released);

        gate.Set();
        if (phase == "Aggregating") Assert.Equal<float>([11f, 20f], _run.ExpectMsg<RoundReady>().Server.Parameters.Values.ToArray());
        await _run.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task Report_of_metrics_for_a_train_task_is_malformed()
    {
        var round = Open(Job());
        Assert.Equal(Refusal.Malformed, (await Offer(round, Measured(Id("a"), 5, 1))).Refused);
    }

    [Fact]
    public async Task Ended_round_withdraws_its_tasks_and_leaves_no_offer_without_an_answer()
    {
        var released = 0;
        var round = Open(Job(), clients: [.. Enumerable.Range(0, 50).Select(i => $"c{i}")]);
        _registry.ExpectMsg<SubmitWork>();
        var offers = Enumerable.Range(0, 40).Select(i => Offer(round, Update(Id($"c{i}"), [1f, 0f], release: () => Interlocked.Increment(ref released)))).ToArray();
        round.Tell(EndRound.Instance);
        var verdicts = await Task.WhenAll(offers);
        Assert.All(verdicts, verdict => Assert.True(verdict.Refused is Refusal.Unspecified or Refusal.RoundClosed));
        var withdrawn = _registry.FishForMessage<WithdrawWork>(_ => true);
        Assert.Equal(50 - verdicts.Count(verdict => verdict.Refused == Refusal.Unspecified), withdrawn.Keys.Length);
        await AwaitConditionAsync(() => Task.FromResult(Volatile.Read(ref released) == 40), TimeSpan.FromSeconds(5));
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
        var drawn = _registry.ExpectMsg<SubmitWork>().Orders.Select(order => order.Task.Key.Client).ToArray();
        Assert.Single(drawn.Intersect(["a", "b"]));
        Assert.Single(drawn.Intersect(["c", "d"]));
    }

    // Who was drawn in proportion to its examples counts once: (1 + 3) / 2 and not (1 * 1 + 9 * 3) / 10.
    [Fact]
    public async Task Updates_of_clients_drawn_by_their_examples_weigh_the_same()
    {
        var round = Open(With(Job(), cohort => cohort with { Selection = new() { Kind = SelectionKind.Weighted } }));
        await Offer(round, Update(Id("a"), [1f, 0f], examples: 1));
        await Offer(round, Update(Id("b"), [3f, 0f], examples: 9));
        Assert.Equal(2, _run.FishForMessage<RoundReady>(_ => true).Server.Parameters.Values.Span[0] - Start.Values.Span[0]);
    }

    private IActorRef Open(JobSpec job, IFederatedAlgorithm? algorithm = null, string[]? clients = null, ClientHomes? homes = null)
    {
        algorithm ??= AlgorithmCatalog.Create(job);
        var server = AlgorithmCatalog.Create(job).Init(Start);
        ImmutableArray<ClientShare> shares = [.. (clients ?? ["a", "b"]).Select(client => new ClientShare(client, 1))];
        // Where clients are known, as if the cohort were durable already, so that the round trains when it is there.
        var cohort = job.Data.Placement == Placement.Local ? null
            : CohortSelection.Draw(job.Federation.Cohort, job.Seed, 3, 2, shares.Select(share => new Candidate(share.Id)), ClientHealth.Fine);
        var plan = new RoundPlan("run", job, 3, 2, server, algorithm, shares, new WeightedMean(algorithm.UpdateSchema(Start.Schema).Count), ClientHealth.Fine) { Reopened = cohort, Homes = homes };
        return _run.ChildActorOf(RoundActor.Props(plan, _registry));
    }

    private static JobSpec Local(int minimum) => With(Job(), cohort => cohort with { Minimum = minimum }) with { Data = new() { Placement = Placement.Local } };

    private static Roster RosterOf(params string[] clients) => new(1, 1, [.. clients]);

    private static Roster Present(params string[] workers) => new(workers.Length, workers.Length, []) { Names = [.. workers] };

    private static ClientHomes Homes(params (string Client, string Worker)[] homes) => ClientHomes.None.After(1, homes.Select(home => KeyValuePair.Create(home.Client, home.Worker)));

    private static OfferUpdate MadeBy(string worker, TaskId id, Action? release = null)
    {
        var update = Update(id, [1f, 1f], release: release);
        update.Header.Worker = worker;
        return update;
    }

    private static TaskKey Key(string client) => new("run", TaskPurpose.Train, 3, 2, client);

    private static TaskId Id(string client, uint round = 3, uint attempt = 2) => new() { Run = "run", Round = round, Attempt = attempt, Client = client, Kind = TaskKind.Train };

    private static OfferUpdate Weighing(string client, float value, float weight)
    {
        var update = Update(Id(client), [value, 0], examples: 5);
        update.Header.Weight = weight;
        return update;
    }

    /// <summary>Sends a value more than the model, and gets one value, which it keeps beside what it was told of the round.</summary>
    private sealed class WideAlgorithm(bool broken = false) : IFederatedAlgorithm
    {
        public string Name => "wide";

        public ParameterSchema BroadcastSchema(ParameterSchema model) => new([.. model.Tensors, new("more", [1])]);

        public ParameterSchema UpdateSchema(ParameterSchema model) => new([new("less", [1])]);

        public ParameterVector Broadcast(ServerState state) => broken ? throw new InvalidOperationException("broken")
            : new(BroadcastSchema(state.Parameters.Schema), [.. state.Parameters.Values.Span, 7]);

        public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state) => throw new NotSupportedException();

        public ServerState Init(ParameterVector parameters) => throw new NotSupportedException();

        public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round) => state with
        {
            Slots = state.Slots.Add("seen", new[] { state.Parameters.Values.Span[0] + mean[0], (float)round.Updates["a"].Weight!, (float)(round.Updates["b"].Weight ?? round.Updates["b"].Examples), round.Clients }),
        };
    }

    /// <summary>FedAvg that lets a test decide when, or whether, the server's step ends.</summary>
    private sealed class GatedAlgorithm(Action gate) : IFederatedAlgorithm
    {
        private readonly IFederatedAlgorithm _inner = AlgorithmCatalog.Create(new());

        public string Name => "gated";

        public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state) => throw new NotSupportedException();

        public ServerState Init(Core.Parameters.ParameterVector parameters) => _inner.Init(parameters);

        public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round)
        {
            gate();
            return _inner.Apply(state, mean, round);
        }
    }
}
