using Akka.Actor;
using Federated.Core;
using Federated.V1;
using Federated.Worker.Actors;
using Federated.Worker.Tests.Fakes;

namespace Federated.Worker.Tests.Actors;

/// <summary>Every message while a coordinator has the worker.</summary>
public sealed class WorkerActorAttachedTests : WorkerActorKit
{
    [Fact]
    public void Attached_accepts_every_assignment_and_does_it_once()
    {
        Attach();
        Open();
        Tell(Train());
        Tell(Train());
        Assert.Equal(Train().Id, Coordinator.ExpectMsg<TaskAccepted>().Id);
        Assert.Equal(Train().Id, Coordinator.ExpectMsg<TaskAccepted>().Id);
        AnswerDownload();
        Training.ExpectMsg<TrainCall>().Finish();

        var upload = Network.ExpectMsg<UploadCall>();

        Assert.Equal([11f, 21f, 31f, 41f], upload.Values);
        Assert.Equal(Address, upload.Address);
        Assert.False(Training.HasMessages);
    }

    // What Hello says when the session is lost. It is the next Hello after those that are there.
    private TaskId[] HeldAfter(Akka.TestKit.TestProbe session, bool orderByKind = false)
    {
        AwaitHandled(Worker);
        Sys.Stop(session);
        var held = Coordinator.ExpectMsg<Hello>().Held;
        return [.. orderByKind ? held.OrderByDescending(id => id.Round).ThenBy(id => id.Kind) : held.AsEnumerable()];
    }

    // What the worker passed on before has come down to the deliveries, and what they said has come back. Trainers at work answer nobody.
    private void AwaitHandledByRun() => AwaitHandledBelow(Worker);

    private void AwaitHandledBelow(IActorRef actor)
    {
        AwaitHandled(actor);
        foreach (var child in ((ActorRefWithCell)actor).Children.Where(child => child.Path.Name != "trainers")) AwaitHandledBelow(child);
        AwaitHandled(actor);
    }

    [Fact]
    public void Attached_opens_a_run_once()
    {
        Attach();
        Open();
        Tell(new OpenRun { Run = Run, JobYaml = "job" });
        AssertAttached();

        Assert.False(Training.HasMessages);
    }

    [Fact]
    public void Attached_opens_a_run_anew_when_its_job_is_another()
    {
        Attach();
        Open();

        Tell(new OpenRun { Run = Run, JobYaml = "another" });

        var (first, second) = (Training.ReceiveOne(TimeSpan.FromSeconds(3)), Training.ReceiveOne(TimeSpan.FromSeconds(3)));
        Assert.Equal([nameof(RunDisposed), nameof(RunOpened)], new[] { first.GetType().Name, second.GetType().Name }.Order());
    }

    [Fact]
    public void Attached_ignores_runs_and_tasks_that_break_the_contract()
    {
        Attach();

        EventFilter.Warning(contains: "no run").ExpectOne(() => Tell(new OpenRun { Run = "Run/1" }));
        EventFilter.Warning(contains: "no task").ExpectOne(() => Tell(new AssignTask()));

        AssertAttached();
        Assert.False(Training.HasMessages);
    }

    [Fact]
    public void Attached_does_not_accept_a_task_before_its_run_was_opened()
    {
        Attach();
        Tell(Train());
        AwaitHandled(Worker);
        Assert.False(Coordinator.HasMessages);

        Open();

        StartTraining();
    }

    [Fact]
    public void Attached_cancels_a_running_task()
    {
        Attach();
        Open();
        var running = StartTraining();

        Tell(Cancel(Train()));
        Tell(Train(client: "b"));

        // Both slots are free again only if the first was left.
        AnswerAcceptedTraining("b");
        Tell(Train(attempt: 2));
        AnswerAcceptedTraining("a");
        Assert.Equal("a", running.Client);
    }

    [Fact]
    public void Attached_drops_kept_updates_of_a_committed_round()
    {
        Attach();
        Open();
        StartTraining().Finish();
        AnswerUpload();

        Tell(Committed(1));
        Tell(Train());

        AssertAttached(acceptedBefore: 1);
        Assert.False(Network.HasMessages);
    }

    [Fact]
    public void Attached_closes_a_run_and_everything_in_it()
    {
        Attach();
        Open();
        StartTraining();

        Tell(new CloseRun { Run = Run });

        Training.ExpectMsg<RunDisposed>();
        Tell(Drain.Instance);
        Assert.Equal(ExitCodes.Success, EndedWith());
    }

    [Fact]
    public void Attached_ignores_the_same_welcome_and_late_refusals()
    {
        Attach();

        Attach();
        Tell(new Refused { Session = Hello.Session, Reason = Refusal.WrongVersion });

        AssertAttached();
        Assert.False(Status.Ending.IsCompleted);
    }

    [Fact]
    public void Attached_that_lost_its_session_says_hello_again_with_the_same_session_id_and_sends_kept_updates_to_the_new_address()
    {
        var session = CreateTestProbe();
        Attach(session);
        Open();
        StartTraining(session).Finish();
        AnswerUpload();
        Sys.Stop(session);
        Assert.Equal(Hello.Session, Coordinator.ExpectMsg<Hello>().Session);

        Attach(address: "http://127.0.0.1:9");

        Assert.Equal("http://127.0.0.1:9", Network.ExpectMsg<UploadCall>().Address);
        AssertAttached();
    }

    [Fact]
    public void Task_that_runs_while_the_session_is_lost_is_uploaded_to_its_successor()
    {
        var session = CreateTestProbe();
        Attach(session);
        Open();
        var running = StartTraining(session);
        Sys.Stop(session);
        Coordinator.ExpectMsg<Hello>();
        Attach(address: "http://127.0.0.1:9");
        AssertAttached();

        running.Finish();

        Assert.Equal("http://127.0.0.1:9", Network.ExpectMsg<UploadCall>().Address);
    }

    [Fact]
    public void Hello_names_what_is_held_computing_and_delivered_and_not_what_is_durable_or_cancelled()
    {
        var session = CreateTestProbe();
        Attach(session);
        Open();
        StartTraining(session).Finish();
        AnswerUpload();
        Worker.Tell(Train("b", round: 2), session);
        Assert.Equal(2, Training.ExpectMsg<TrainCall>().Round);
        Worker.Tell(Evaluate(slice: 3), session);
        Assert.Empty(Hello.Held);
        AwaitHandledByRun();
        Assert.Equal([Train("b", round: 2).Id, Train().Id, Evaluate(3).Id], HeldAfter(session, orderByKind: true));

        session = CreateTestProbe();
        Attach(session);
        Worker.Tell(Committed(1), session);
        Worker.Tell(Cancel(Evaluate(slice: 3)), session);
        AwaitHandledByRun();
        Assert.Equal([Train("b", round: 2).Id], HeldAfter(session));
    }

    [Fact]
    public void Task_that_is_cancelled_and_assigned_again_at_once_is_held()
    {
        var session = CreateTestProbe();
        Attach(session);
        Open();
        StartTraining(session);

        Worker.Tell(Cancel(Train()), session);
        Worker.Tell(Train(), session);
        Training.ExpectMsg<TrainCall>();
        AwaitHandledByRun();

        Assert.Equal([Train().Id], HeldAfter(session));
    }

    [Fact]
    public void Closed_run_is_not_held_and_its_clients_states_are_deleted()
    {
        var (session, kept) = (CreateTestProbe(), Path.Combine(StateDir, Run, "client-a"));
        Directory.CreateDirectory(kept);
        Attach(session);
        Open();
        StartTraining(session);

        Worker.Tell(new CloseRun { Run = Run }, session);

        AwaitCondition(() => !Directory.Exists(Path.Combine(StateDir, Run)));
        Assert.Empty(HeldAfter(session));
    }

    [Fact]
    public void Run_that_the_next_coordinator_says_nothing_of_is_given_up_with_its_results_but_not_what_clients_keep()
    {
        var (session, kept) = (CreateTestProbe(), Path.Combine(StateDir, Run, "client-a"));
        Directory.CreateDirectory(kept);
        Attach(session);
        Open();
        StartTraining(session).Finish();
        AnswerUpload();
        Advance(3600);
        Assert.Single(HeldAfter(session));

        session = CreateTestProbe();
        Attach(session);
        AnswerUpload(new Verdict { Refused = Refusal.UnknownRun });
        AwaitHandledByRun();
        Advance(599.9);
        AwaitHandled(Worker);
        Assert.False(Training.HasMessages);
        Advance(0.1);

        Training.ExpectMsg<RunDisposed>();
        Assert.Empty(HeldAfter(session));
        Assert.True(Directory.Exists(kept));
    }

    [Theory]
    [InlineData("open")]
    [InlineData("task")]
    [InlineData("cancel")]
    [InlineData("commit")]
    [InlineData("result")]
    public void Run_that_the_next_coordinator_knows_is_kept(string sign)
    {
        var session = CreateTestProbe();
        Attach(session);
        Open();
        StartTraining(session).Finish();
        AnswerUpload();
        Sys.Stop(session);
        Coordinator.ExpectMsg<Hello>();
        Attach();
        AnswerUpload(sign == "result" ? Accepted : new Verdict { Refused = Refusal.UnknownRun });
        AwaitHandledByRun();

        switch (sign)
        {
            case "open": Tell(new OpenRun { Run = Run, JobYaml = "job" }); break;
            case "task": Tell(Train("b")); break;
            case "cancel": Tell(Cancel(Train("b"))); break;
            case "commit": Tell(Committed(1)); break;
        }
        AwaitHandled(Worker);
        Advance(3600);
        AwaitHandled(Worker);

        // A run that was given up would be opened anew.
        Tell(new OpenRun { Run = Run, JobYaml = "job" });
        AwaitHandledByRun();
        Assert.DoesNotContain(Training.ReceiveWhile<object>(TimeSpan.FromMilliseconds(50), message => message), message => message is RunDisposed or RunOpened);
    }

    [Fact]
    public void Time_to_give_a_run_up_stands_still_while_no_coordinator_is_there()
    {
        var session = CreateTestProbe();
        Attach(session);
        Open();
        Sys.Stop(session);
        Coordinator.ExpectMsg<Hello>();
        session = CreateTestProbe();
        Attach(session);
        AwaitHandled(Worker);
        Advance(500);
        Sys.Stop(session);
        Coordinator.ExpectMsg<Hello>();
        Advance(250);
        Attach();
        AwaitHandled(Worker);
        Advance(599);
        AwaitHandled(Worker);
        Assert.False(Training.HasMessages);
        Advance(1);
        Training.ExpectMsg<RunDisposed>();
    }

    [Fact]
    public void Attached_follows_a_welcome_of_a_new_session_actor_and_forgets_the_old_one()
    {
        var session = CreateTestProbe();
        Attach(session);
        Attach();
        AwaitHandled(Worker);
        Sys.Stop(session);

        AssertAttached();
        Assert.False(session.HasMessages);
    }
}
