using Federated.Core;
using Federated.V1;
using Federated.Wire;
using Federated.Worker.Actors;
using Federated.Worker.Tests.Fakes;

namespace Federated.Worker.Tests.Actors;

/// <summary>Every message while the worker looks for a coordinator.</summary>
public sealed class WorkerActorConnectingTests : WorkerActorKit
{
    [Fact]
    public void Hello_says_who_the_worker_is_and_what_it_offers()
    {
        Assert.Equal("w1", Hello.Worker);
        Assert.Equal(ProtocolVersion.Current, Hello.Protocol);
        Assert.Equal(2u, Hello.Slots);
        Assert.Equal(["a"], Hello.Clients);
        Assert.NotEmpty(Hello.Session);
    }

    [Fact]
    public void Connecting_repeats_hello_with_growing_delays()
    {
        foreach (var delay in (double[])[0.25, 0.5, 1, 2, 4, 4])
        {
            Advance(delay - 0.001);
            AwaitHandled(Worker);
            Assert.False(Coordinator.HasMessages);
            Advance(0.001);
            Assert.Equal(Hello, Coordinator.ExpectMsg<Hello>());
        }
    }

    [Fact]
    public void Connecting_says_every_ten_seconds_where_it_looks()
    {
        for (var i = 0; i < 2; i++) EventFilter.Warning(contains: "Still looking for a coordinator at seed:5601").ExpectOne(() => Advance(10));
    }

    [Fact]
    public void Connecting_gives_up_after_the_configured_time()
    {
        EventFilter.Error(contains: "No coordinator answered at seed:5601 within 300 s").ExpectOne(() => Advance(300));

        Assert.Equal(ExitCodes.CoordinatorUnreachable, EndedWith());
    }

    [Fact]
    public void Welcome_attaches_and_ends_the_hellos()
    {
        Attach();

        Advance(600);

        AssertAttached();
        Assert.True(Status.Attached.IsCompletedSuccessfully);
        Assert.False(Status.Ending.IsCompleted);
    }

    [Fact]
    public void Connecting_ignores_a_welcome_of_another_session()
    {
        Tell(new Welcome { Session = "other", TransferAddress = Address });
        Tell(Train());
        AwaitHandled(Worker);

        Assert.False(Coordinator.HasMessages);
        Assert.False(Status.Attached.IsCompleted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost:5600")]
    [InlineData("file:///etc/passwd")]
    public void Connecting_refuses_a_transfer_address_that_is_no_url(string address)
    {
        EventFilter.Error(contains: "transfer address").ExpectOne(() => Tell(new Welcome { Session = Hello.Session, TransferAddress = address }));

        Advance(1);
        Coordinator.ExpectMsg<Hello>();
    }

    [Theory]
    [InlineData(Refusal.WrongVersion, ExitCodes.VersionMismatch)]
    [InlineData(Refusal.Malformed, ExitCodes.Failure)]
    public void Refusal_ends_the_worker_with_one_line(Refusal reason, int exitCode)
    {
        EventFilter.Error(contains: "The coordinator speaks version 2.").ExpectOne(() =>
            Tell(new Refused { Session = Hello.Session, Reason = reason, Detail = "The coordinator speaks version 2." }));

        Assert.Equal(exitCode, EndedWith());
        Advance(600);
        AwaitHandled(Worker);
        Assert.False(Coordinator.HasMessages);
    }

    [Fact]
    public void Connecting_goes_on_after_a_refusal_by_a_passive_node_or_of_another_session()
    {
        Tell(new Refused { Session = Hello.Session, Reason = Refusal.NotActive });
        Tell(new Refused { Session = "other", Reason = Refusal.WrongVersion });
        Advance(1);

        Coordinator.ExpectMsg<Hello>();
        Assert.False(Status.Ending.IsCompleted);
    }

    [Fact]
    public void Connecting_does_not_take_tasks_or_other_messages_of_a_session()
    {
        foreach (var message in (object[])[new OpenRun { Run = Run }, Train(), Cancel(Train()), Committed(1), new CloseRun { Run = Run }]) Tell(message);
        AwaitHandled(Worker);

        Assert.False(Coordinator.HasMessages);
        Assert.False(Training.HasMessages);
    }

    [Fact]
    public void Connecting_that_is_told_to_drain_ends_at_once()
    {
        Tell(Drain.Instance);

        Assert.Equal(ExitCodes.Success, EndedWith());
    }
}
