using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Tests.Actors;

public sealed class RoundActorRefusalTests : RoundActorTest
{
    [Fact]
    public async Task Foreign_repeated_and_empty_updates_are_refused_by_name_listed_and_do_not_disturb_the_round()
    {
        var released = 0;
        OfferUpdate Bad(TaskId id, ulong examples = 1) => Update(id, [9f, 9f], examples, () => Interlocked.Increment(ref released));
        var round = Open(Job());
        await Deliver(round, Update(Id("a"), [1f, 0f]));

        Assert.Equal(Refusal.WrongRound, (await Offer(round, Bad(Id("b", round: 4)))).Refused);
        Assert.Equal(Refusal.WrongRound, (await Offer(round, Bad(Id("b", attempt: 1)))).Refused);
        Assert.Equal(Refusal.NotInCohort, (await Offer(round, Bad(Id("x")))).Refused);
        Assert.Equal(Refusal.Duplicate, (await Offer(round, Bad(Id("a")))).Refused);
        Assert.Equal(Refusal.NoExamples, (await Deliver(round, Bad(Id("b"), examples: 0))).Refused);
        Assert.Equal(Refusal.NotInCohort, (await Ask<RefusedOffer>(round, Begin(Id("x")))).Reason);
        Assert.Equal(5, released);

        await Deliver(round, Update(Id("b"), [0f, 2f]));
        var ready = TheRun.ExpectMsg<RoundReady>();
        Assert.Equal<float>([10.5f, 21f], ready.Server.Parameters.Values.ToArray());
        Assert.Equal(
            [("a", Refusal.Duplicate), ("b", Refusal.WrongRound), ("b", Refusal.NoExamples), ("x", Refusal.NotInCohort)],
            ready.Problems.Select(problem => (problem.Client, problem.Refused)));
    }

    [Fact]
    public async Task Update_with_a_value_that_cannot_be_summed_fails_its_client_only()
    {
        var round = Open(Job());
        Assert.Equal(Refusal.OutOfRange, (await Deliver(round, Update(Id("a"), [3e38f, 0f]))).Refused);
        Assert.Equal(Refusal.NotFinite, (await Deliver(round, Update(Id("a"), [float.NaN, 0f]))).Refused);
        await Deliver(round, Update(Id("b"), [1f, 1f]));
        var ready = TheRun.ExpectMsg<RoundReady>();
        Assert.Equal<float>([11f, 21f], ready.Server.Parameters.Values.ToArray());
        Assert.Equal(["a", "a"], ready.Problems.Select(problem => problem.Client));
    }

    [Fact]
    public async Task Update_that_claims_more_examples_than_its_client_has_is_refused_and_fails_the_client()
    {
        var released = 0;
        var round = Open(Job());
        var refused = await Deliver(round, Update(Id("a"), [9f, 9f], examples: 11, () => released++));
        Assert.Equal((Refusal.Malformed, "The update claims to rest on 11 examples, and client 'a' has 10."), (refused.Refused, refused.Detail));
        Assert.Equal(1, released);
        await Deliver(round, Update(Id("b"), [1f, 1f], examples: 10));
        var ready = TheRun.ExpectMsg<RoundReady>();
        Assert.Equal<float>([11f, 21f], ready.Server.Parameters.Values.ToArray());
        Assert.Equal([("a", Refusal.Malformed)], ready.Problems.Select(problem => (problem.Client, problem.Refused)));
    }

    [Fact]
    public async Task Upload_that_the_service_rejected_is_not_waited_for()
    {
        var round = Open(Job());
        round.Tell(new UploadRejected(Id("a"), Refusal.BadChecksum, "The checksum is wrong."));
        await Deliver(round, Update(Id("b"), [1f, 1f]));
        Assert.Equal(("a", Refusal.BadChecksum), TheRun.ExpectMsg<RoundReady>().Problems.Select(problem => (problem.Client, problem.Refused)).Single());
    }

    [Fact]
    public async Task Failed_client_is_listed_with_worker_and_reason_and_the_round_closes_without_it()
    {
        var round = Open(Job());
        Assign(round, Key("a"), "w7");
        Assert.Equal(Refusal.Unspecified, (await Deliver(round, Failure(Id("a"), "Out of memory."))).Refused);
        await Deliver(round, Update(Id("b"), [1f, 1f]));
        var problem = TheRun.ExpectMsg<RoundReady>().Problems.Single();
        Assert.Equal(("a", "w7", Refusal.Unspecified, "Out of memory."), (problem.Client, problem.Worker, problem.Refused, problem.Reason));
    }

    [Fact]
    public async Task Client_whose_worker_refuses_goes_to_another_one_and_fails_when_it_comes_back_to_it()
    {
        var round = Open(Job());
        Registry.ExpectMsg<SubmitWork>();
        foreach (var client in new[] { "a", "b" })
        {
            Assign(round, Key(client), "strict");
            await Deliver(round, Failure(Id(client), "not allowed here", onlyHere: true));
            Assert.Equal(client, Registry.ExpectMsg<WithdrawWork>().Keys.Single().Client);
            Assert.Equal(["strict"], Registry.ExpectMsg<SubmitWork>().Orders.Single().Task.Avoid);
        }
        Assign(round, Key("a"), "open");
        await Deliver(round, Update(Id("a"), [1f, 1f]));
        Assign(round, Key("b"), "strict");
        await Deliver(round, Failure(Id("b"), "not allowed here", onlyHere: true));
        var ready = TheRun.ExpectMsg<RoundReady>();
        Assert.Equal(["a"], ready.Round.Accepted.Keys);
        Assert.Equal([("a", "strict"), ("b", "strict")], ready.Problems.Select(problem => (problem.Client, problem.Worker)));
    }

    [Fact]
    public async Task Who_does_not_show_the_ticket_of_the_task_is_refused_by_that_name_whatever_it_offers()
    {
        var released = 0;
        var round = Open(Job());
        Assign(round, Key("a"), "w1");
        var forged = Update(Id("a"), [9f, 9f], release: () => released++);
        forged.Header.Ticket = TicketOf("w2");
        var report = Failure(Id("a"), "Out of memory.");
        report.Report.Ticket = ByteString.Empty;

        Assert.Equal(Refusal.WrongTicket, (await Ask<RefusedOffer>(round, new BeginUpload(Id("a"), forged.Header.Ticket))).Reason);
        Assert.Equal(Refusal.WrongTicket, (await Offer(round, forged)).Refused);
        Assert.Equal(Refusal.WrongTicket, (await Offer(round, report)).Refused);
        Assert.Equal(1, released);

        // Who has it may still deliver.
        await Deliver(round, Update(Id("a"), [1f, 1f]));
        await Deliver(round, Update(Id("b"), [1f, 1f]));
        var ready = TheRun.ExpectMsg<RoundReady>();
        Assert.Equal<float>([11f, 21f], ready.Server.Parameters.Values.ToArray());
        Assert.Equal([("a", Refusal.WrongTicket)], ready.Problems.Select(problem => (problem.Client, problem.Refused)));
    }

    [Fact]
    public async Task Round_that_begins_again_hears_nobody_before_it_has_asked_again()
    {
        var round = Open(Job());
        Assert.Equal(Refusal.NotActive, (await Ask<RefusedOffer>(round, Begin(Id("a")))).Reason);
        Assert.Equal(Refusal.NotActive, (await Offer(round, Update(Id("a"), [1f, 1f]))).Refused);
        Assert.Equal(Refusal.NotActive, (await Offer(round, Failure(Id("a"), "Out of memory."))).Refused);
        Assert.Equal(Refusal.Unspecified, (await Deliver(round, Update(Id("a"), [1f, 1f]))).Refused);
        await Deliver(round, Update(Id("b"), [1f, 1f]));
        Assert.Empty(TheRun.ExpectMsg<RoundReady>().Problems);
    }

    [Fact]
    public async Task Report_of_metrics_for_a_train_task_is_malformed()
    {
        var round = Open(Job());
        Assert.Equal(Refusal.Malformed, (await Deliver(round, Measured(Id("a"), 5, 1))).Refused);
    }
}
