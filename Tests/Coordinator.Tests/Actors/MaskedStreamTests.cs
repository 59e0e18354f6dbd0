using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Core.Rounds;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>Who may take part in a masked round, on which stream, and what a client says that it should not.</summary>
public sealed class MaskedStreamTests : MaskedRoundTest
{
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
        Assert.Equal(4, Run.ExpectMsg<RoundReady>().Sums!.Updates);
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
        Registry.ExpectMsg<SubmitWork>();
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
        var ready = Run.ExpectMsg<RoundReady>();
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
        var ready = Run.ExpectMsg<RoundReady>();
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
        Assert.Equal("the client gave up: A signature is wrong.", Assert.Single(Run.ExpectMsg<RoundReady>().Problems).Reason);
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
        Assert.Equal(3, Released);

        await MaskAsync(round, clients[1..]);
        await RevealAsync(round, clients);
        var ready = Run.ExpectMsg<RoundReady>();
        AssertMean(ready, 0.22, 0.535, clients: 4, weight: 2.5);
    }
}
