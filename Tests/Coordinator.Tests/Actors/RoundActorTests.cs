using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

public sealed class RoundActorTests : RoundActorTest
{
    [Fact]
    public async Task Mean_of_the_updates_moves_the_model_and_every_buffer_is_given_back_once()
    {
        var released = 0;
        var round = Open(Job());
        var work = Registry.ExpectMsg<SubmitWork>();
        Assert.Equal(["a", "b"], work.Orders.Select(order => order.Task.Key.Client));
        Assert.All(work.Orders, order => Assert.Equal((Start.Hash, 2ul), (order.Parameters!.Sha256, order.Parameters.Count)));

        Assert.NotNull((await Permit(round, Id("a"))).Schema);
        Assert.Equal(Refusal.Unspecified, (await Deliver(round, Update(Id("b"), [0f, 2f], 3, () => Interlocked.Increment(ref released)))).Refused);
        Assert.Equal("b", Registry.ExpectMsg<WorkDone>().Key.Client);
        Assert.Equal(Refusal.Unspecified, (await Deliver(round, Update(Id("a"), [1f, 0f], 1, () => Interlocked.Increment(ref released)))).Refused);

        var ready = TheRun.ExpectMsg<RoundReady>();
        Assert.Equal<float>([10.25f, 21.5f], ready.Server.Parameters.Values.ToArray());
        Assert.Equal(["a", "b"], ready.Round.Accepted.Keys);
        Assert.Empty(ready.Problems);
        Assert.Equal(2, released);
    }

    [Fact]
    public async Task What_travels_has_the_shapes_of_the_algorithm_and_goes_out_before_anybody_is_asked()
    {
        var round = Open(Job(), new WideAlgorithm());
        var made = TheRun.ExpectMsg<BroadcastMade>();
        Assert.Equal((3, 2), (made.Round, made.Attempt));
        Assert.Equal<float>([10, 20, 7], made.Broadcast.Values.ToArray());
        Registry.ExpectNoMsg(TimeSpan.FromMilliseconds(50));

        round.Tell(new BroadcastHandedOut(made.Broadcast), TheRun);
        var work = Registry.ExpectMsg<SubmitWork>();
        Assert.All(work.Orders, order => Assert.Equal((made.Broadcast.Hash, made.Broadcast.Schema.Hash, 3ul), (order.Parameters!.Sha256, order.Parameters.SchemaHash, order.Parameters.Count)));
        Assert.Equal(1, (await Permit(round, Id("a"))).Schema!.Count);
        await Deliver(round, Weighing("a", 13, 0.5f));
        await Deliver(round, Weighing("b", 2, 0));

        // The weighted mean is (13 / 2 + 5 * 2) / 5.5; the facts have both weights, and two clients that could be asked.
        Assert.Equal<float>([13, 0.5f, 5, 2], TheRun.ExpectMsg<RoundReady>().Server.Slots["seen"].ToArray());
    }

    [Fact]
    public void Broadcast_that_cannot_be_made_fails_the_attempt()
    {
        Open(Job(), new WideAlgorithm(broken: true));
        Assert.Equal("making what its clients get failed: broken", TheRun.ExpectMsg<RoundGaveUp>().Reason);
    }

    [Fact]
    public async Task Over_selected_round_closes_with_the_wanted_updates_cancels_the_rest_and_refuses_late_ones()
    {
        var released = 0;
        var job = With(Job(), cohort => cohort with { Fraction = 0.5, OverSelect = 2 });
        var round = Open(job, clients: ["a", "b", "c", "d"]);
        Assert.Equal(4, Registry.ExpectMsg<SubmitWork>().Orders.Length);
        await Deliver(round, Update(Id("c"), [1f, 0f]));
        await Deliver(round, Update(Id("a"), [1f, 0f]));

        var withdrawn = Registry.FishForMessage<WithdrawWork>(_ => true);
        Assert.Equal(["b", "d"], withdrawn.Keys.Select(key => key.Client));
        Assert.Empty(TheRun.ExpectMsg<RoundReady>().Problems);
        Assert.Equal(Refusal.RoundClosed, (await Offer(round, Update(Id("b"), [5f, 5f], release: () => released++))).Refused);
        Assert.Equal(1, released);
    }

    [Fact]
    public async Task Deadline_with_the_minimum_closes_the_round_and_lists_who_is_missing()
    {
        var round = Open(Job());
        Assign(round, Key("a"), "w1");
        Assign(round, Key("b"), "w2");
        await Deliver(round, Update(Id("a"), [1f, 0f]));
        Advance(TimeSpan.FromMinutes(1));
        var problem = TheRun.ExpectMsg<RoundReady>().Problems.Single();
        Assert.Equal(("b", "w2", "no update by the deadline."), (problem.Client, problem.Worker, problem.Reason));
    }

    [Fact]
    public async Task Deadline_without_the_minimum_fails_the_round()
    {
        var round = Open(With(Job(), cohort => cohort with { Minimum = 2 }));
        Assign(round, Key("a"), "w1");
        await Deliver(round, Update(Id("a"), [1f, 0f]));
        Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("1 of at least 2 updates had arrived at the deadline.", TheRun.ExpectMsg<RoundGaveUp>().Reason);
        Assert.Contains("b", Registry.FishForMessage<WithdrawWork>(_ => true).Keys.Select(key => key.Client));
    }

    [Fact]
    public async Task Clock_stands_still_until_the_first_task_is_assigned()
    {
        var round = Open(With(Job(), cohort => cohort with { Minimum = 2 }));
        await Ask<RefusedOffer>(round, Begin(Id("a")));
        Advance(TimeSpan.FromHours(1));
        await Deliver(round, Update(Id("a"), [1f, 0f]));
        await Deliver(round, Update(Id("b"), [1f, 0f]));
        TheRun.ExpectMsg<RoundReady>();
    }

    [Fact]
    public async Task Round_fails_at_once_when_too_few_clients_are_left()
    {
        var round = Open(With(Job(), cohort => cohort with { Minimum = 2 }));
        await Deliver(round, Failure(Id("b"), "No data."));
        var gaveUp = TheRun.ExpectMsg<RoundGaveUp>();
        Assert.Equal((3, 2), (gaveUp.Round, gaveUp.Attempt));
        Assert.Equal("1 of 2 clients failed and at least 2 updates are needed; client 'b': No data.", gaveUp.Reason);
    }

    [Fact]
    public async Task Defect_of_the_algorithm_fails_the_round_with_its_message()
    {
        var round = Open(Job(), new GatedAlgorithm(() => throw new InvalidOperationException("broken step")));
        await Deliver(round, Update(Id("a"), [1f, 0f]));
        await Deliver(round, Update(Id("b"), [1f, 0f]));
        Assert.Contains("broken step", TheRun.ExpectMsg<RoundGaveUp>().Reason);
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
            await Deliver(round, Failure(Id("a"), "x"));
            await Deliver(round, Failure(Id("b"), "x"));
            TheRun.ExpectMsg<RoundGaveUp>();
        }
        else
        {
            await Deliver(round, Update(Id("a"), [1f, 0f]));
            if (phase == "Committing") TheRun.ExpectMsg<RoundReady>();
        }

        Assert.Equal(Refusal.RoundClosed, (await Offer(round, Update(Id("b"), [7f, 7f], release: () => released++))).Refused);
        Assert.Equal(Refusal.RoundClosed, (await Ask<RefusedOffer>(round, Begin(Id("b")))).Reason);
        Assert.Equal(Refusal.RoundClosed, (await Offer(round, Failure(Id("b"), "late"))).Refused);
        round.Tell(new UploadRejected(Id("b"), Refusal.NotFinite, "late"));
        Assign(round, Key("b"), "w");
        round.Tell(new TaskLost(Key("b"), "w"));
        round.Tell(RosterOf("q"));
        Advance(TimeSpan.FromHours(1));
        Assert.Equal(Refusal.RoundClosed, (await Ask<RefusedOffer>(round, Begin(Id("b")))).Reason);
        Assert.Equal(1, released);

        gate.Set();
        if (phase == "Aggregating") Assert.Equal<float>([11f, 20f], TheRun.ExpectMsg<RoundReady>().Server.Parameters.Values.ToArray());
        await TheRun.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task Ended_round_withdraws_its_tasks_and_leaves_no_offer_without_an_answer()
    {
        var released = 0;
        var round = Open(Job(), clients: [.. Enumerable.Range(0, 50).Select(i => $"c{i}")]);
        Registry.ExpectMsg<SubmitWork>();
        var offers = Enumerable.Range(0, 40).Select(i => Deliver(round, Update(Id($"c{i}"), [1f, 0f], release: () => Interlocked.Increment(ref released)))).ToArray();
        round.Tell(EndRound.Instance);
        var verdicts = await Task.WhenAll(offers);
        Assert.All(verdicts, verdict => Assert.True(verdict.Refused is Refusal.Unspecified or Refusal.RoundClosed));
        var withdrawn = Registry.FishForMessage<WithdrawWork>(_ => true);
        Assert.Equal(50 - verdicts.Count(verdict => verdict.Refused == Refusal.Unspecified), withdrawn.Keys.Length);
        await AwaitConditionAsync(() => Task.FromResult(Volatile.Read(ref released) == 40), TimeSpan.FromSeconds(5));
    }

    // Who was drawn in proportion to its examples counts once: (1 + 3) / 2 and not (1 * 1 + 9 * 3) / 10.
    [Fact]
    public async Task Updates_of_clients_drawn_by_their_examples_weigh_the_same()
    {
        var round = Open(With(Job(), cohort => cohort with { Selection = new() { Kind = SelectionKind.Weighted } }));
        await Deliver(round, Update(Id("a"), [1f, 0f], examples: 1));
        await Deliver(round, Update(Id("b"), [3f, 0f], examples: 9));
        Assert.Equal(2, TheRun.FishForMessage<RoundReady>(_ => true).Server.Parameters.Values.Span[0] - Start.Values.Span[0]);
    }

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
