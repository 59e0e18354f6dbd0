using Federated.Core;
using Federated.V1;
using Federated.Worker.Actors;
using Federated.Worker.Tests.Fakes;

namespace Federated.Worker.Tests.Actors;

/// <summary>Every message while the worker finishes.</summary>
public sealed class WorkerActorDrainingTests : WorkerActorKit
{
    [Fact]
    public void Draining_tells_the_session_and_ends_at_once_without_tasks()
    {
        Attach();

        Tell(Drain.Instance);

        Assert.Equal(Hello.Session, Coordinator.ExpectMsg<Draining>().Session);
        Assert.Equal(ExitCodes.Success, EndedWith());
    }

    [Fact]
    public void Draining_finishes_and_delivers_the_running_task_and_takes_no_other()
    {
        var running = StartDraining();
        Tell(Train(client: "b"));
        Tell(new OpenRun { Run = "run-2", JobYaml = "job" });
        Tell(new Welcome { Session = Hello.Session, TransferAddress = Address });
        Tell(new Refused { Session = Hello.Session, Reason = Refusal.WrongVersion });
        Tell(Drain.Instance);
        running.Finish();
        var upload = Network.ExpectMsg<UploadCall>();
        AwaitHandled(Worker);
        Assert.False(Status.Ending.IsCompleted);

        upload.Reply.Give(Accepted);

        Assert.Equal(ExitCodes.Success, EndedWith());
        Assert.False(Coordinator.HasMessages);
        Assert.False(Training.HasMessages);
    }

    [Fact]
    public void Draining_ends_when_its_last_task_is_cancelled()
    {
        StartDraining();

        Tell(Cancel(Train()));

        Assert.Equal(ExitCodes.Success, EndedWith());
    }

    [Fact]
    public void Draining_ends_when_its_last_run_is_closed()
    {
        StartDraining();

        Tell(new CloseRun { Run = Run });

        Assert.Equal(ExitCodes.Success, EndedWith());
    }

    [Fact]
    public void Draining_ends_when_the_round_of_its_last_task_is_durable_without_it()
    {
        StartDraining();

        Tell(Committed(1));

        Assert.Equal(ExitCodes.Success, EndedWith());
    }

    [Fact]
    public void Draining_gives_tasks_up_after_its_limit()
    {
        StartDraining();

        EventFilter.Warning(contains: "1 tasks were still running after 30 s").ExpectOne(() => Advance(30));

        Assert.Equal(ExitCodes.Success, EndedWith());
    }

    [Fact]
    public void Draining_ends_when_nobody_is_left_to_take_results()
    {
        var session = CreateTestProbe();
        Attach(session);
        Open();
        StartTraining(session);
        Tell(Drain.Instance);
        session.ExpectMsg<Draining>();

        Sys.Stop(session);

        Assert.Equal(ExitCodes.Success, EndedWith());
    }
}
