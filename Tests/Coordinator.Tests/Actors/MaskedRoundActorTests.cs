using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Core.Algorithms;
using Federated.Core.Privacy.SecureAggregation.Cryptography;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>What comes of a masked round, whoever drops out of it.</summary>
public sealed class MaskedRoundActorTests : MaskedRoundTest
{
    [Fact]
    public async Task Masked_updates_of_all_clients_move_the_model_by_their_mean_and_nothing_is_known_of_single_ones()
    {
        var (round, clients) = await TrainedAsync();
        await ShareAsync(round, clients);
        await MaskAsync(round, clients);
        await RevealAsync(round, clients);

        var ready = Run.ExpectMsg<RoundReady>();
        // c is cut off at 1: (0.25 * 0.1 + 0.5 * 0.3 - 0.75 * 0.5 + 0.75) / 2.5 and (-0.25 * 0.2 + 0.5 * 0.4 + 0.75 * 0.25 + 1) / 2.5.
        AssertMean(ready, 0.22, 0.535, clients: 4, weight: 2.5);
        Assert.Empty(ready.Round.Accepted);
        Assert.Equal((4, 10L, 10.0), (ready.Sums!.Updates, ready.Sums.Examples, ready.Sums.ComputeSeconds));
        Assert.Equal(new MetricSums(20, 5, 10), ready.Sums.Training);
        Assert.Equal((4u, 3u, 3u, 16u), (ready.Masked!.Advertised, ready.Masked.Neighbours, ready.Masked.Threshold, ready.Masked.Bits));
        Assert.Empty(ready.Problems);
        Assert.Equal(4, Released);
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

        var ready = Run.ExpectMsg<RoundReady>();
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
        Assert.Equal("what clients masked makes no sense: class 1 has -12 examples", Run.ExpectMsg<RoundGaveUp>().Reason);
    }

    [Fact]
    public async Task A_client_frees_its_slot_as_soon_as_it_has_trained()
    {
        var (_, _) = await TrainedAsync(register: client => Assert.Equal(client, Registry.ExpectMsg<WorkDone>().Key.Client));
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

        var ready = Run.ExpectMsg<RoundReady>();
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

        var ready = Run.ExpectMsg<RoundReady>();
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

        var ready = Run.ExpectMsg<RoundReady>();
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

        var gaveUp = Run.ExpectMsg<RoundGaveUp>();
        Assert.Contains("nothing was unmasked", gaveUp.Reason, StringComparison.Ordinal);
        // In the last phase all were counted in the sum, so that nobody has failed as a client.
        Assert.Equal(phase == "unmasking" ? [] : ["c", "d"], gaveUp.FailedClients.Order());
        while (await clients[3].NextAsync() is { } step)
            if (step.StepCase == MaskingStep.StepOneofCase.Over)
                Assert.Equal(Refusal.RoundClosed, step.Over.Refused);
        // Nothing more is taken.
        Assert.Equal(Refusal.RoundClosed, Assert.IsType<RefusedOffer>(await clients[0].JoinAsync(round)).Reason);
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
        Registry.ExpectMsg<SubmitWork>();
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

        var ready = Run.ExpectMsg<RoundReady>();
        AssertMean(ready, 0.22, 0.535, clients: 4, weight: 2.5);
        Assert.True(ready.Masked!.Identities);
        foreach (var key in keys.Values) key.Dispose();
    }

    [Fact]
    public void A_cohort_that_is_too_small_to_hide_in_is_not_asked()
    {
        Open(clients: ["a", "b"]);
        Assert.Equal("2 clients can be asked, and at least 3 must mask together.", Run.ExpectMsg<RoundGaveUp>().Reason);
        Registry.ExpectMsg<WithdrawWork>();
        Registry.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task Who_trains_for_too_long_is_left_behind_and_its_task_withdrawn()
    {
        var (round, clients) = await TrainedAsync(3);
        Advance(TimeSpan.FromMinutes(1));
        await ShareAsync(round, clients);
        Assert.Equal(["d"], Registry.FishForMessage<WithdrawWork>(_ => true).Keys.Select(key => key.Client));
        await MaskAsync(round, clients);
        await RevealAsync(round, clients);
        Assert.Equal(("d", "no update by the deadline."), Assert.Single(Run.ExpectMsg<RoundReady>().Problems.Select(problem => (problem.Client, problem.Reason))));
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
}
