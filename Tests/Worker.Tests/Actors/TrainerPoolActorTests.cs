using Akka.Actor;
using Federated.Core.Jobs;
using Federated.Engine;
using Federated.Worker.Actors;
using Federated.Worker.State;
using Federated.Worker.Tasks;
using Federated.Worker.Tests.Fakes;

namespace Federated.Worker.Tests.Actors;

public sealed class TrainerPoolActorTests : WorkerTestKit
{
    // Ends trainings that a test leaves behind, so that the actor system can stop.
    private readonly CancellationTokenSource _end = new();
    private readonly SharedRunEngine _engine;
    private readonly IActorRef _pool;

    public TrainerPoolActorTests() : base(slots: 2)
    {
        _engine = new SharedRunEngine(new JobSpec(), new FakeEngine(Training));
        _pool = Sys.ActorOf(TrainerPoolActor.Props(2, TimeProvider.System));
    }

    [Fact]
    public void As_many_tasks_run_at_once_as_there_are_slots_each_on_a_thread_of_its_own()
    {
        foreach (var client in (string[])["a", "b", "c"]) Compute(client);
        var (one, two) = (Training.ExpectMsg<TrainCall>(), Training.ExpectMsg<TrainCall>());
        AwaitHandled(_pool);

        Assert.False(Training.HasMessages);
        Assert.NotEqual(one.Thread, two.Thread);
        Assert.False(one.IsPoolThread || two.IsPoolThread);

        one.Finish();
        Assert.Equal("c", Training.ExpectMsg<TrainCall>().Client);
        ExpectMsg<Computed>();
        two.Finish();
    }

    [Fact]
    public void Waiting_tasks_start_in_order_of_arrival()
    {
        foreach (var client in (string[])["a", "b", "c", "d", "e"]) Compute(client);
        var first = Training.ExpectMsg<TrainCall>();
        Training.ExpectMsg<TrainCall>();

        foreach (var expected in (string[])["c", "d", "e"])
        {
            first.Finish();
            first = Training.ExpectMsg<TrainCall>();
            Assert.Equal(expected, first.Client);
        }
    }

    [Fact]
    public void Cancelled_tasks_do_not_start_and_a_running_one_frees_its_slot()
    {
        using var cancelled = new CancellationTokenSource();
        Compute("a", cancelled.Token);
        Compute("b");
        Training.ExpectMsg<TrainCall>();
        Training.ExpectMsg<TrainCall>();
        Compute("c", cancelled.Token);
        Compute("d");
        AwaitHandled(_pool);

        cancelled.Cancel();

        Assert.Equal("d", Training.ExpectMsg<TrainCall>().Client);
    }

    [Fact]
    public void Engine_that_refuses_gives_a_permanent_failure()
    {
        Compute("a");
        Training.ExpectMsg<TrainCall>().Fail(new EngineException("Client 'a' has no examples."));

        var failure = Failure();

        Assert.True(failure.Permanent);
        Assert.Equal("Client 'a' has no examples.", failure.Reason);
    }

    [Fact]
    public void Defect_in_a_task_is_logged_and_reported_and_the_slot_lives_on()
    {
        Compute("a");
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() =>
            Training.ExpectMsg<TrainCall>().Fail(new InvalidOperationException("Boom.")));

        var failure = Failure();
        foreach (var client in (string[])["b", "c"]) Compute(client);

        Assert.False(failure.Permanent);
        Assert.Contains("Boom.", failure.Reason);
        Training.ExpectMsg<TrainCall>();
        Training.ExpectMsg<TrainCall>();
    }

    [Fact]
    public void Closed_run_is_disposed_of_when_its_last_task_has_left()
    {
        Compute("a");
        var running = Training.ExpectMsg<TrainCall>();
        _engine.Close();
        Compute("b");
        AwaitHandled(_pool);
        Assert.False(Training.HasMessages);

        running.Finish();

        Training.ExpectMsg<RunDisposed>();
    }

    private void Compute(string client, CancellationToken? cancellation = null) =>
        _pool.Tell(new ComputeTask(Train(client), _engine, Global, new ClientStateStore(Run, StateDir), TestActor, cancellation ?? _end.Token));

    protected override void AfterAll()
    {
        _end.Cancel();
        base.AfterAll();
    }

    private V1.TaskFailure Failure() => Assert.IsType<ReportResult>(ExpectMsg<Computed>().Result).Report.Failure;
}
