using Akka.Actor;
using Akka.TestKit;
using Federated.Engine;
using Federated.V1;
using Federated.Worker.Actors;
using Federated.Worker.Tests.Fakes;

namespace Federated.Worker.Tests.Actors;

public sealed class RunContextActorTests : WorkerTestKit
{
    private readonly TestProbe _trainers;

    public RunContextActorTests()
    {
        IgnoreMessages(message => message is TaskDropped);
        _trainers = CreateTestProbe("trainers");
    }

    [Fact]
    public void Tasks_wait_until_the_engine_is_open()
    {
        var opening = new TaskCompletionSource<IRunEngine>();
        var run = Open(new FakeEngine(Training) { Opening = opening.Task });
        run.Tell(Initialise());
        Training.ExpectMsg<RunOpened>();
        AwaitHandled(run);
        Assert.False(_trainers.HasMessages);

        opening.SetResult(null!);

        Assert.Equal(TaskKind.Initialise, _trainers.ExpectMsg<ComputeTask>().Task.Id.Kind);
    }

    [Fact]
    public void Task_that_is_cancelled_while_the_engine_opens_is_settled()
    {
        var opening = new TaskCompletionSource<IRunEngine>();
        var run = Open(new FakeEngine { Opening = opening.Task });
        run.Tell(Initialise());
        run.Tell(Cancel(Initialise()));

        opening.SetResult(null!);

        Assert.Equal(Initialise().Id, ExpectMsg<TaskSettled>().Id);
    }

    [Fact]
    public void Engine_that_cannot_open_fails_every_task_for_good()
    {
        var run = Open(new FakeEngine { OpenError = new EngineException("Data set 'mnist' is missing.") });
        run.Tell(Initialise());
        run.Tell(Train());

        TaskReport[] reports = [Network.ExpectMsg<ReportCall>().Report, Network.ExpectMsg<ReportCall>().Report];
        Assert.Equal([TaskKind.Initialise, TaskKind.Train], reports.Select(report => report.Id.Kind).Order());
        Assert.All(reports, report => Assert.Equal(new TaskFailure { Reason = "Data set 'mnist' is missing.", Permanent = true }, report.Failure));
    }

    [Fact]
    public void What_only_this_worker_refuses_is_no_failure_for_good()
    {
        var run = Open(new FakeEngine { OpenError = new EngineException("Not here.") { OnlyHere = true } });
        run.Tell(Train());

        Assert.Equal(new TaskFailure { Reason = "Not here.", OnlyHere = true }, Network.ExpectMsg<ReportCall>().Report.Failure);
    }

    [Fact]
    public void What_the_engine_has_to_say_of_this_machine_is_logged() =>
        EventFilter.Warning(contains: "Slower here.").ExpectOne(() => Open(new FakeEngine { Notice = "Slower here." }).Tell(Train()));

    [Fact]
    public void Defect_in_opening_fails_tasks_for_now()
    {
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() =>
            Open(new FakeEngine { OpenError = new InvalidOperationException("Boom.") }).Tell(Train()));

        var failure = Network.ExpectMsg<ReportCall>().Report.Failure;
        Assert.False(failure.Permanent);
        Assert.Contains("Boom.", failure.Reason);
    }

    [Fact]
    public void Job_with_errors_fails_tasks_for_good()
    {
        Open(new FakeEngine(), job: "broken").Tell(Train());

        var failure = Network.ExpectMsg<ReportCall>().Report.Failure;
        Assert.True(failure.Permanent);
        Assert.Contains("federation.rounds", failure.Reason);
    }

    [Fact]
    public void Failed_report_is_repeated_for_a_repeated_task_and_a_coordinator_that_came_back_until_the_round_is_durable()
    {
        var run = Open(new FakeEngine { OpenError = new EngineException("No.") });
        run.Tell(Train());
        Network.ExpectMsg<ReportCall>().Reply.Give(Accepted);
        ExpectMsg<TaskSettled>();

        run.Tell(Train());
        Network.ExpectMsg<ReportCall>().Reply.Give(Accepted);
        ExpectMsg<TaskSettled>();
        run.Tell(Reattached.Instance);
        Network.ExpectMsg<ReportCall>().Reply.Give(Accepted);
        ExpectMsg<TaskSettled>();
        run.Tell(Committed(1));
        ExpectMsg<TaskSettled>();
        run.Tell(Reattached.Instance);

        AwaitHandled(run);
        Assert.False(Network.HasMessages);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    public void Later_round_or_attempt_opens_the_run_again_and_the_earlier_failure_is_still_told(uint round, uint attempt)
    {
        var engine = new FakeEngine { OpenError = new EngineException("No table.") };
        var run = Open(engine);
        run.Tell(Train());
        run.Tell(Train("b"));
        foreach (var _ in new[] { "a", "b" })
        {
            Network.ExpectMsg<ReportCall>().Reply.Give(Accepted);
            ExpectMsg<TaskSettled>();
        }

        engine.OpenError = null;
        run.Tell(Train(round: round, attempt: attempt));
        AnswerDownload();
        Assert.Equal("a", _trainers.ExpectMsg<ComputeTask>().Task.Id.Client);
        run.Tell(Reattached.Instance);

        Assert.Equal(["a", "b"], new[] { Network.ExpectMsg<ReportCall>(), Network.ExpectMsg<ReportCall>() }.Select(call => call.Report.Id.Client).Order());
    }

    [Fact]
    public void Failed_evaluation_is_still_told_after_later_rounds_are_durable()
    {
        var run = Open(new FakeEngine { OpenError = new EngineException("No table.") });
        run.Tell(Evaluate(round: 2));
        var call = Network.ExpectMsg<ReportCall>();
        run.Tell(Committed(2));
        run.Tell(Committed(3));
        run.Tell(Reattached.Instance);
        call.Reply.Give(Accepted);
        Network.ExpectMsg<ReportCall>().Reply.Give(Accepted);
        ExpectMsg<TaskSettled>();

        run.Tell(Committed(4));
        ExpectMsg<TaskSettled>();
        run.Tell(Reattached.Instance);

        AwaitHandled(run);
        Assert.False(Network.HasMessages);
    }

    [Fact]
    public void Failed_tasks_are_told_to_be_dropped_with_all_their_assignments()
    {
        IgnoreMessages(message => message is not TaskDropped);
        var run = Open(new FakeEngine { OpenError = new EngineException("No.") });
        run.Tell(Train());
        run.Tell(Train());
        Network.ExpectMsg<ReportCall>();

        run.Tell(Committed(1));

        Assert.Equal(new TaskDropped(Train().Id, 2), ExpectMsg<TaskDropped>());
        Assert.Equal(run, LastSender);
    }

    [Fact]
    public void Client_that_a_defect_stops_is_told_to_be_lost_and_a_new_one_takes_its_next_task()
    {
        IgnoreMessages(message => message is not ClientLost);
        var run = Open(new FakeEngine());
        run.Tell(Train());
        AnswerDownload();
        _trainers.ExpectMsg<ComputeTask>();
        Sys.ActorSelection(run.Path / "*").Tell(new Identify(0), TestActor);
        var probe = CreateTestProbe();
        Sys.ActorSelection(run.Path / "*").Tell(new Identify(0), probe);
        var client = probe.FishForMessage<ActorIdentity>(found => found.Subject.Path.Name != "parameters").Subject;

        EventFilter.Exception<ActorKilledException>().ExpectOne(() => client.Tell(Kill.Instance));

        Assert.Equal(new ClientLost(Run, "a"), ExpectMsg<ClientLost>());
        run.Tell(Train(round: 2));
        Assert.Equal(2u, _trainers.ExpectMsg<ComputeTask>().Task.Id.Round);
    }

    [Theory]
    [InlineData("local", 1)]
    [InlineData("shared", 0)]
    public void Engine_gets_the_workers_clients_only_with_local_placement(string job, int clients)
    {
        Open(new FakeEngine(Training), job);

        Assert.Equal(clients, Training.ExpectMsg<RunOpened>().LocalClients.Length);
    }

    [Fact]
    public void Closing_a_run_disposes_of_its_engine()
    {
        var run = Open(new FakeEngine(Training));
        Training.ExpectMsg<RunOpened>();

        Sys.Stop(run);

        Training.ExpectMsg<RunDisposed>();
    }

    private IActorRef Open(FakeEngine engine, string job = "job") =>
        ChildActorOf(RunContextActor.Props(new OpenRun { Run = Run, JobYaml = job }, Scope(engine), _trainers));
}
