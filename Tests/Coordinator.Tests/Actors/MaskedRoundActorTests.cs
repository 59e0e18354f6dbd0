using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Federated.Coordinator.Actors;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation.Cryptography;
using Federated.Core.Rounds;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>Four clients a to d that mask with each other: t = ⌊8/3⌋ + 1 = 3. They weigh 1/4, 2/4, 3/4 and 1; one sends (0.1, -0.2), and so on.</summary>
public sealed class MaskedRoundActorTests : ActorTest
{
    private static readonly ImmutableArray<string> Names = ["a", "b", "c", "d"];
    private static readonly float[][] Updates = [[0.1f, -0.2f], [0.3f, 0.4f], [-0.5f, 0.25f], [0.75f, 2f]];
    private readonly TestProbe _run;
    private readonly TestProbe _registry;
    private int _released;

    public MaskedRoundActorTests()
    {
        (_run, _registry) = (CreateTestProbe(), CreateTestProbe());
        _run.IgnoreMessages(message => message is StepProgress);
    }

    [Fact]
    public async Task Masked_updates_of_all_clients_move_the_model_by_their_mean_and_nothing_is_known_of_single_ones()
    {
        var (round, clients) = await TrainedAsync();
        await ShareAsync(round, clients);
        await MaskAsync(round, clients);
        await RevealAsync(round, clients);

        var ready = _run.ExpectMsg<RoundReady>();
        // c is cut off at 1: (0.25 * 0.1 + 0.5 * 0.3 - 0.75 * 0.5 + 0.75) / 2.5 and (-0.25 * 0.2 + 0.5 * 0.4 + 0.75 * 0.25 + 1) / 2.5.
        AssertMean(ready, 0.22, 0.535, clients: 4, weight: 2.5);
        Assert.Empty(ready.Round.Accepted);
        Assert.Equal((4, 10L, 10.0), (ready.Sums!.Updates, ready.Sums.Examples, ready.Sums.ComputeSeconds));
        Assert.Equal(new MetricSums(20, 5, 10), ready.Sums.Training);
        Assert.Equal((4u, 3u, 3u, 16u), (ready.Masked!.Advertised, ready.Masked.Neighbours, ready.Masked.Threshold, ready.Masked.Bits));
        Assert.Empty(ready.Problems);
        Assert.Equal(4, _released);
    }

    // a has one of class no, b two of yes, c one and two, d four of yes: 2 and 8 of 10 examples. d drops out: 2 and 4 of 6.
    [Theory]
    [InlineData(4, 2, 8)]
    [InlineData(3, 2, 4)]
    public async Task Counts_by_class_are_told_of_those_in_the_sum_together(int stay, int no, int yes)
    {
        var round = OpenCounted();
        var clients = await CountedAsync(round, [[1, 0], [0, 2], [1, 2], [0, 4]]);
        await ShareAsync(round, clients);
        await MaskAsync(round, clients[..stay]);
        if (stay < 4) Expire();
        await RevealAsync(round, clients[..stay]);

        var ready = _run.ExpectMsg<RoundReady>();
        Assert.Equal((ulong)ready.Sums!.Examples, (ulong)(no + yes));
        Assert.Equal(new LabelCounts { Classes = { "no", "yes" }, Counts = { (ulong)no, (ulong)yes } }, ready.Masked!.LabelCounts);
    }

    // c says 20 less of yes than it has, of which there are 8 together.
    [Fact]
    public async Task An_attempt_whose_counts_cannot_be_fails()
    {
        var round = OpenCounted();
        var clients = await CountedAsync(round, [[1, 0], [0, 2], [1, 2], [0, 4]], change: scalars => scalars[^1] = unchecked(scalars[^1] - (20ul << 20)));
        await ShareAsync(round, clients);
        await MaskAsync(round, clients);
        await RevealAsync(round, clients);
        Assert.Equal("what clients masked makes no sense: class 1 has -12 examples", _run.ExpectMsg<RoundGaveUp>().Reason);
    }

    [Fact]
    public async Task A_client_frees_its_slot_as_soon_as_it_has_trained()
    {
        var (_, _) = await TrainedAsync(register: client => Assert.Equal(client, _registry.ExpectMsg<WorkDone>().Key.Client));
    }

    [Fact]
    public async Task Who_does_not_share_by_the_deadline_is_no_part_of_the_sum()
    {
        var (round, clients) = await TrainedAsync();
        await ShareAsync(round, clients[..3]);
        await clients[3].NextAsync(MaskingStep.StepOneofCase.Share);
        Expire();
        await MaskAsync(round, clients[..3]);
        Assert.Equal(Refusal.RoundClosed, (await clients[3].NextAsync(MaskingStep.StepOneofCase.Over)).Over.Refused);
        await RevealAsync(round, clients[..3]);

        var ready = _run.ExpectMsg<RoundReady>();
        // (0.25 * 0.1 + 0.5 * 0.3 - 0.75 * 0.5) / 1.5 and (-0.25 * 0.2 + 0.5 * 0.4 + 0.75 * 0.25) / 1.5.
        AssertMean(ready, -0.2 / 1.5, 0.3375 / 1.5, clients: 3, weight: 1.5);
        Assert.Equal(["d"], ready.Round.Failed);
        Assert.Equal("no answer by the deadline of the phase sharing.", Assert.Single(ready.Problems).Reason);
    }

    [Fact]
    public async Task Who_has_shared_and_does_not_mask_is_taken_out_of_the_others_masks()
    {
        var (round, clients) = await TrainedAsync();
        await ShareAsync(round, clients);
        await MaskAsync(round, clients[1..]);
        Expire();
        await RevealAsync(round, clients[1..]);

        var ready = _run.ExpectMsg<RoundReady>();
        AssertMean(ready, 0.525 / 2.25, 1.3875 / 2.25, clients: 3, weight: 2.25);
        Assert.Equal(["a"], ready.Round.Failed);
    }

    // Three of four open all that four have masked; a fourth is not waited for, and has not failed.
    [Fact]
    public async Task Who_has_masked_counts_though_it_reveals_nothing()
    {
        var (round, clients) = await TrainedAsync();
        await ShareAsync(round, clients);
        await MaskAsync(round, clients);
        await RevealAsync(round, clients[..3]);

        var ready = _run.ExpectMsg<RoundReady>();
        AssertMean(ready, 0.22, 0.535, clients: 4, weight: 2.5);
        Assert.Empty(ready.Round.Failed);
        await clients[3].NextAsync(MaskingStep.StepOneofCase.Unmask);
        Assert.Equal(Refusal.Unspecified, (await clients[3].NextAsync(MaskingStep.StepOneofCase.Over)).Over.Refused);
    }

    [Theory]
    [InlineData("sharing")]
    [InlineData("masking")]
    [InlineData("unmasking")]
    public async Task Below_the_threshold_the_attempt_fails_and_every_stream_ends(string phase)
    {
        var (round, clients) = await TrainedAsync();
        await ShareAsync(round, phase == "sharing" ? clients[..2] : clients);
        if (phase != "sharing") await MaskAsync(round, phase == "masking" ? clients[..2] : clients);
        if (phase == "unmasking") await RevealAsync(round, clients[..2]);
        // The phase has begun, for someone has got its step.
        Expire();

        var gaveUp = _run.ExpectMsg<RoundGaveUp>();
        Assert.Contains("nothing was unmasked", gaveUp.Reason, StringComparison.Ordinal);
        // In the last phase all were counted in the sum, so that nobody has failed as a client.
        Assert.Equal(phase == "unmasking" ? [] : ["c", "d"], gaveUp.FailedClients.Order());
        while (await clients[3].NextAsync() is { } step)
            if (step.StepCase == MaskingStep.StepOneofCase.Over)
                Assert.Equal(Refusal.RoundClosed, step.Over.Refused);
        // Nothing more is taken.
        Assert.Equal(Refusal.RoundClosed, Assert.IsType<RefusedOffer>(await clients[0].JoinAsync(round)).Reason);
    }

    [Fact]
    public async Task A_stream_that_is_opened_again_gets_the_step_that_is_not_answered()
    {
        var (round, clients) = await TrainedAsync();
        var first = await clients[0].NextAsync(MaskingStep.StepOneofCase.Share);
        var old = clients[0].Steps;
        Assert.IsType<MaskingJoined>(await clients[0].JoinAsync(round));
        Assert.Equal(first, await clients[0].NextAsync(MaskingStep.StepOneofCase.Share));
        // The old one is over, and what still comes on it is not heard.
        Assert.False(await old.Reader.WaitToReadAsync());
        round.Tell(new MaskingAnswered(clients[0].Id, new() { Quit = new() { Reason = "never said." } }, old.Writer));
        round.Tell(new MaskingLeft(clients[0].Id, old.Writer));

        foreach (var client in clients) client.Tell(round, client.Answer(client == clients[0] ? first : await client.NextAsync(MaskingStep.StepOneofCase.Share)));
        await clients[0].NextAsync(MaskingStep.StepOneofCase.Mask);
        // Answered already: nothing is asked again but the vector.
        Assert.IsType<MaskingJoined>(await clients[0].JoinAsync(round));
        await MaskAsync(round, clients);
        await RevealAsync(round, clients);
        Assert.Equal(4, _run.ExpectMsg<RoundReady>().Sums!.Updates);
    }

    [Fact]
    public async Task Another_advertisement_of_the_same_client_is_refused()
    {
        var (round, _) = await TrainedAsync();
        var other = Client(0);
        Assert.Equal(Refusal.Duplicate, Assert.IsType<RefusedOffer>(await other.JoinAsync(round)).Reason);
    }

    // Nobody would end it, and whoever listens on it would wait for as long as the connection lasts.
    [Fact]
    public async Task A_stream_is_over_when_another_worker_advertises_for_its_client()
    {
        var (round, clients) = await TrainedAsync(3);
        round.Tell(new TaskLost(new("run", TaskPurpose.Train, 3, 2, "a"), "w1"));
        Assign(round, new("run", TaskPurpose.Train, 3, 2, "a"), "w2");
        Assert.IsType<MaskingJoined>(await Client(0).JoinAsync(round));

        Assert.Equal(Refusal.RoundClosed, (await clients[0].NextAsync(MaskingStep.StepOneofCase.Over)).Over.Refused);
        Assert.Null(await clients[0].NextAsync());
    }

    [Fact]
    public async Task Advertisements_of_others_than_the_cohort_and_of_workers_that_were_not_asked_are_refused()
    {
        var round = Open();
        _registry.ExpectMsg<SubmitWork>();
        foreach (var name in Names) Assign(round, name);
        async Task<Refusal> Refused(TaskId id, ByteString? ticket = null) =>
            Assert.IsType<RefusedOffer>(await new MaskedClient(Masked(), id, 4, [0, 0], Facts(1), Schema).JoinAsync(round, ticket ?? Ticket)).Reason;
        Assert.Equal(Refusal.WrongRound, await Refused(Id("a", round: 4)));
        Assert.Equal(Refusal.WrongRound, await Refused(Id("a", attempt: 1)));
        Assert.Equal(Refusal.NotInCohort, await Refused(Id("x")));
        Assert.Equal(Refusal.WrongTicket, await Refused(Id("a"), ByteString.CopyFromUtf8("guessed")));
    }

    // Neighbours are told what a client advertised; its stream is not theirs.
    [Fact]
    public async Task An_advertisement_that_others_know_opens_no_stream_without_the_ticket()
    {
        var (round, clients) = await TrainedAsync();
        var own = clients[0].Steps;
        Assert.Equal(Refusal.WrongTicket, Assert.IsType<RefusedOffer>(await clients[0].JoinAsync(round, ByteString.Empty)).Reason);
        Assert.Equal(MaskingStep.StepOneofCase.Share, (await own.Reader.ReadAsync()).StepCase);
        Assert.False(own.Reader.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_client_whose_worker_and_stream_are_gone_is_not_waited_for()
    {
        var (round, clients) = await TrainedAsync();
        round.Tell(Workers("w1"));
        await ShareAsync(round, clients[..3]);
        round.Tell(new MaskingLeft(clients[3].Id, clients[3].Steps.Writer));
        // The worker may open the stream again, as long as it is there.
        round.Tell(Workers("w2"));

        await MaskAsync(round, clients[..3]);
        await RevealAsync(round, clients[..3]);
        var ready = _run.ExpectMsg<RoundReady>();
        Assert.Equal("worker 'w1' is gone.", Assert.Single(ready.Problems).Reason);
        Assert.Equal(3, ready.Sums!.Updates);
    }

    [Fact]
    public async Task What_is_no_answer_ends_the_client_and_not_the_round()
    {
        var (round, clients) = await TrainedAsync();
        var shared = clients[3].Answer(await clients[3].NextAsync(MaskingStep.StepOneofCase.Share));
        // Shares for a client that is none.
        shared.Shares.Shares[0].Peer = 9;
        shared.Shares.Shares.Add(shared.Shares.Shares[0]);
        clients[3].Tell(round, shared);
        Assert.Equal(Refusal.Malformed, (await clients[3].NextAsync(MaskingStep.StepOneofCase.Over)).Over.Refused);

        await ShareAsync(round, clients[..3]);
        await MaskAsync(round, clients[..3]);
        await RevealAsync(round, clients[..3]);
        var ready = _run.ExpectMsg<RoundReady>();
        Assert.Equal(("d", Refusal.Malformed), Assert.Single(ready.Problems.Select(problem => (problem.Client, problem.Refused))));
    }

    [Fact]
    public async Task A_client_that_gives_up_is_a_drop_out()
    {
        var (round, clients) = await TrainedAsync();
        await clients[3].NextAsync(MaskingStep.StepOneofCase.Share);
        clients[3].Tell(round, new() { Quit = new() { Reason = "A signature is wrong." } });
        await ShareAsync(round, clients[..3]);
        await MaskAsync(round, clients[..3]);
        await RevealAsync(round, clients[..3]);
        Assert.Equal("the client gave up: A signature is wrong.", Assert.Single(_run.ExpectMsg<RoundReady>().Problems).Reason);
    }

    [Fact]
    public async Task Vectors_are_taken_once_each_from_whoever_shared_and_only_while_they_are_asked_for()
    {
        var (round, clients) = await TrainedAsync();
        Assert.Equal(Refusal.Malformed, (await Ask<RefusedOffer>(round, new BeginUpload(clients[0].Id, Ticket))).Reason);
        await ShareAsync(round, clients);
        Assert.Equal(clients[0].Layout, (await Ask<UploadPermit>(round, new BeginUpload(clients[0].Id, Ticket))).Masked);
        var packed = clients[0].Mask(await clients[0].NextAsync(MaskingStep.StepOneofCase.Mask));
        Assert.Equal(Refusal.WrongTicket, (await Ask<Verdict>(round, Vector(clients[0], packed, ByteString.Empty))).Refused);
        Assert.Equal(Refusal.Unspecified, (await Ask<Verdict>(round, Vector(clients[0], packed))).Refused);
        Assert.Equal(Refusal.Duplicate, (await Ask<Verdict>(round, Vector(clients[0], packed))).Refused);
        Assert.Equal(Refusal.NotInCohort, (await Ask<RefusedOffer>(round, new BeginUpload(Id("x"), Ticket))).Reason);
        Assert.Equal(3, _released);

        await MaskAsync(round, clients[1..]);
        await RevealAsync(round, clients);
        var ready = _run.ExpectMsg<RoundReady>();
        AssertMean(ready, 0.22, 0.535, clients: 4, weight: 2.5);
    }

    // b signs nothing any more, which leaves three signatures, and as many are needed.
    [Fact]
    public async Task With_identities_nothing_is_opened_before_survivors_have_signed_who_they_are()
    {
        var keys = Names.ToDictionary(name => name, _ => ClientIdentity.Create());
        using var peers = new PeerIdentities(keys.ToDictionary(key => key.Key, key => key.Value.PublicPem));
        var job = Masked();
        job = job with { Privacy = new() { SecureAggregation = job.Privacy.SecureAggregation with { RequireIdentities = true } } };
        var round = Open(job: job);
        _registry.ExpectMsg<SubmitWork>();
        foreach (var name in Names) Assign(round, new("run", TaskPurpose.Train, 3, 2, name), "w1");
        var clients = Names.Select((name, index) => new MaskedClient(job, Id(name), 4, Updates[index], Facts(index + 1), Schema, identity: keys[name], peers: peers) { Ticket = Ticket }).ToArray();
        Assert.Equal(Refusal.Malformed, Assert.IsType<RefusedOffer>(await Client(0).JoinAsync(round)).Reason);
        foreach (var client in clients) Assert.IsType<MaskingJoined>(await client.JoinAsync(round));
        await ShareAsync(round, clients);
        await MaskAsync(round, clients);
        foreach (var client in clients.Where(client => client.Id.Client != "b"))
        {
            var confirm = await client.NextAsync(MaskingStep.StepOneofCase.Confirm);
            Assert.Equal([1u, 2u, 3u, 4u], confirm.Confirm.Survivors);
            client.Tell(round, client.Answer(confirm));
        }
        await clients[1].NextAsync(MaskingStep.StepOneofCase.Confirm);
        Expire();
        var unmask = await clients[0].NextAsync(MaskingStep.StepOneofCase.Unmask);
        Assert.Equal(["a", "c", "d"], unmask.Unmask.Confirmations.Select(signed => signed.Client));
        clients[0].Tell(round, clients[0].Answer(unmask));
        await RevealAsync(round, clients[2..]);

        var ready = _run.ExpectMsg<RoundReady>();
        AssertMean(ready, 0.22, 0.535, clients: 4, weight: 2.5);
        Assert.True(ready.Masked!.Identities);
        foreach (var key in keys.Values) key.Dispose();
    }

    [Fact]
    public void A_cohort_that_is_too_small_to_hide_in_is_not_asked()
    {
        Open(clients: ["a", "b"]);
        Assert.Equal("2 clients can be asked, and at least 3 must mask together.", _run.ExpectMsg<RoundGaveUp>().Reason);
        _registry.ExpectMsg<WithdrawWork>();
        _registry.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task Who_trains_for_too_long_is_left_behind_and_its_task_withdrawn()
    {
        var (round, clients) = await TrainedAsync(3);
        Advance(TimeSpan.FromMinutes(1));
        await ShareAsync(round, clients);
        Assert.Equal(["d"], _registry.FishForMessage<WithdrawWork>(_ => true).Keys.Select(key => key.Client));
        await MaskAsync(round, clients);
        await RevealAsync(round, clients);
        Assert.Equal(("d", "no update by the deadline."), Assert.Single(_run.ExpectMsg<RoundReady>().Problems.Select(problem => (problem.Client, problem.Reason))));
    }

    [Fact]
    public async Task A_round_that_is_ended_tells_every_client()
    {
        var (round, clients) = await TrainedAsync();
        await clients[0].NextAsync(MaskingStep.StepOneofCase.Share);
        round.Tell(EndRound.Instance);
        Assert.Equal(Refusal.RoundClosed, (await clients[0].NextAsync(MaskingStep.StepOneofCase.Over)).Over.Refused);
        Assert.Null(await clients[0].NextAsync());
    }

    private static JobSpec Masked()
    {
        var job = With(Job(), cohort => cohort with { Minimum = 3 });
        return job with { Privacy = new() { SecureAggregation = new() { Enabled = true, Clip = 1, ExamplesCap = 4, PhaseDeadline = TimeSpan.FromSeconds(20) } } };
    }

    private static JobSpec Counted()
    {
        var job = Masked();
        return job with { Privacy = new() { SecureAggregation = job.Privacy.SecureAggregation with { LabelCounts = true } } };
    }

    private IActorRef OpenCounted() => Open(job: Counted(), goal: new(Core.Models.Objective.Classification, ["no", "yes"]));

    /// <summary>Clients that have trained, of which the third changes its scalars before it masks them.</summary>
    private async Task<MaskedClient[]> CountedAsync(IActorRef round, long[][] labels, Action<ulong[]>? change = null)
    {
        _registry.ExpectMsg<SubmitWork>();
        foreach (var name in Names) Assign(round, name);
        var clients = Names.Select((name, index) => new MaskedClient(Counted(), Id(name), 4, Updates[index], Facts(index + 1), Schema, labels: labels[index]) { Ticket = Ticket, Change = index == 2 ? change : null }).ToArray();
        foreach (var client in clients) Assert.IsType<MaskingJoined>(await client.JoinAsync(round));
        return clients;
    }

    private IActorRef Open(string[]? clients = null, JobSpec? job = null, Core.Metrics.Goal? goal = null)
    {
        job ??= Masked();
        var algorithm = AlgorithmCatalog.Create(job);
        ImmutableArray<ClientShare> shares = [.. (clients ?? [.. Names]).Select(client => new ClientShare(client, 1))];
        var plan = new RoundPlan("run", job, 3, 2, algorithm.Init(Start), algorithm, shares, new WeightedMean(2), ClientHealth.Fine) { Goal = goal };
        _run.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            if (message is CohortDrawn) sender.Tell(CohortKept.Instance);
            return AutoPilot.KeepRunning;
        }));
        _run.IgnoreMessages(message => message is StepProgress or CohortDrawn);
        return _run.ChildActorOf(MaskedRoundActor.Props(plan, _registry, SystemRandom.Instance));
    }

    /// <summary>A round whose first clients have trained; the others still do.</summary>
    private async Task<(IActorRef Round, MaskedClient[] Clients)> TrainedAsync(int count = 4, Action<string>? register = null)
    {
        var round = Open();
        Assert.All(_registry.ExpectMsg<SubmitWork>().Orders, order => Assert.Equal(4, order.Cohort));
        foreach (var name in Names) Assign(round, name);
        var clients = Enumerable.Range(0, count).Select(Client).ToArray();
        foreach (var client in clients)
        {
            Assert.IsType<MaskingJoined>(await client.JoinAsync(round));
            register?.Invoke(client.Id.Client);
        }
        return (round, clients);
    }

    private static async Task ShareAsync(IActorRef round, MaskedClient[] clients)
    {
        foreach (var client in clients) client.Tell(round, client.Answer(await client.NextAsync(MaskingStep.StepOneofCase.Share)));
    }

    private async Task MaskAsync(IActorRef round, MaskedClient[] clients)
    {
        foreach (var client in clients)
            Assert.Equal(Refusal.Unspecified, (await Ask<Verdict>(round, Vector(client, client.Mask(await client.NextAsync(MaskingStep.StepOneofCase.Mask))))).Refused);
    }

    private static async Task RevealAsync(IActorRef round, MaskedClient[] clients)
    {
        foreach (var client in clients) client.Tell(round, client.Answer(await client.NextAsync(MaskingStep.StepOneofCase.Unmask)));
    }

    private OfferMasked Vector(MaskedClient client, byte[] packed, ByteString? ticket = null) => new(client.Header(ticket), packed, () => Interlocked.Increment(ref _released));

    // The round has handled what came before, so that the timer runs, when it answers a question.
    private void Expire() => Advance(TimeSpan.FromSeconds(20));

    private void Assign(IActorRef round, string client) => Assign(round, new("run", TaskPurpose.Train, 3, 2, client), "w1");

    private static MaskedClient Client(int index) => new(Masked(), Id(Names[index]), 4, Updates[index], Facts(index + 1), Schema) { Ticket = Ticket };

    private static UpdateFacts Facts(long examples) => new(examples, new(2 * examples, 0.5 * examples, examples), Validation: null, ComputeSeconds: examples);

    private static Roster Workers(params string[] workers) => new(workers.Length, workers.Length, []) { Names = [.. workers] };

    private static TaskId Id(string client, uint round = 3, uint attempt = 2) => new() { Run = "run", Round = round, Attempt = attempt, Client = client, Kind = TaskKind.Train };

    // Each client is off by less than a step 1 / (2^15 - 1), so the mean by n steps / W; float32 adds its own rounding at values up to 32.
    private static void AssertMean(RoundReady ready, double first, double second, int clients, double weight)
    {
        var bound = clients / (double)((1 << 15) - 1) / weight + 2e-6;
        var values = ready.Server.Parameters.Values.ToArray();
        Assert.InRange(values[0] - 10 - first, -bound, bound);
        Assert.InRange(values[1] - 20 - second, -bound, bound);
    }
}
