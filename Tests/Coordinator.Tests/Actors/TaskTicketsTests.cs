using Federated.Coordinator.Actors;
using Federated.Core.Rounds;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Tests.Actors;

public sealed class TaskTicketsTests
{
    [Fact]
    public void Nobody_is_heard_before_a_ticket_is_given_and_then_only_who_shows_one()
    {
        var tickets = new TaskTickets();
        Assert.Equal(Refusal.NotActive, tickets.WhyNot(Id("a"), Ticket("one"))!.Reason);
        tickets.Give(new(Key("a"), "w1", Ticket("one")));
        Assert.Null(tickets.WhyNot(Id("a"), Ticket("one")));
        Assert.Equal(Refusal.WrongTicket, tickets.WhyNot(Id("a"), Ticket("two"))!.Reason);
        Assert.Equal(Refusal.WrongTicket, tickets.WhyNot(Id("a"), ByteString.Empty)!.Reason);
        Assert.Equal(Refusal.WrongTicket, tickets.WhyNot(Id("a", round: 4), Ticket("one"))!.Reason);
        Assert.Equal(Refusal.NotActive, tickets.WhyNot(Id("b"), Ticket("one"))!.Reason);
    }

    [Fact]
    public void Worker_that_the_task_was_taken_from_may_still_answer_but_not_by_a_ticket_that_it_had_before()
    {
        var tickets = new TaskTickets();
        tickets.Give(new(Key("a"), "w1", Ticket("one")));
        tickets.Give(new(Key("a"), "w2", Ticket("two")));
        Assert.Equal(("w2", "w1", "w2"), (tickets.WorkerOf("a"), tickets.HolderOf(Id("a"), Ticket("one")), tickets.HolderOf(Id("a"), Ticket("two"))));
        // Another process of that name, perhaps.
        tickets.Give(new(Key("a"), "w1", Ticket("three")));
        Assert.Equal(("w1", null, "w1"), (tickets.WorkerOf("a"), tickets.HolderOf(Id("a"), Ticket("one")), tickets.HolderOf(Id("a"), Ticket("three"))));
    }

    [Fact]
    public void Later_task_of_a_client_ends_the_tickets_of_the_one_before()
    {
        var tickets = new TaskTickets();
        tickets.Give(new(Key("a"), "w1", Ticket("one")));
        tickets.Give(new(Key("a", attempt: 2), "w2", Ticket("two")));
        Assert.Equal(Refusal.WrongTicket, tickets.WhyNot(Id("a"), Ticket("one"))!.Reason);
        Assert.Equal(Refusal.WrongTicket, tickets.WhyNot(Id("a", attempt: 2), Ticket("one"))!.Reason);
        tickets.Forget("a");
        Assert.Equal(("", Refusal.NotActive), (tickets.WorkerOf("a"), tickets.WhyNot(Id("a", attempt: 2), Ticket("two"))!.Reason));
    }

    private static ByteString Ticket(string text) => ByteString.CopyFromUtf8(text);

    private static TaskKey Key(string client, int attempt = 1) => new("run", TaskPurpose.Train, 3, attempt, client);

    private static TaskId Id(string client, int round = 3, int attempt = 1) => new() { Run = "run", Round = (uint)round, Attempt = (uint)attempt, Client = client, Kind = TaskKind.Train };
}
