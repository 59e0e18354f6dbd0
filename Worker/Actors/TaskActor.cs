using Akka.Actor;
using Federated.Core.Simulating;
using Federated.V1;
using Federated.Worker.Tasks;
using Google.Protobuf;

namespace Federated.Worker.Actors;

/// <summary>One task: Fetching its parameters, Computing (waiting for a trainer included), Dawdling where a simulation has it so, Delivering, which in a masked round is to mask with others first. It lives on after its delivery, with the
/// result, until its
/// client stops it; stopping it at any time cancels what is under way.</summary>
internal sealed class TaskActor : ReceiveActor, IWithTimers
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly AssignTask _task;
    private readonly RunScope _run;
    private ByteString _ticket;
    private IActorRef? _delivery;
    private TaskResult? _dawdling;

    public TaskActor(AssignTask task, RunScope run)
    {
        (_task, _run, _ticket) = (task, run, task.Ticket);
        Become(Fetching);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(AssignTask task, RunScope run) => Akka.Actor.Props.Create(() => new TaskActor(task, run));

    // A child that fails has a defect that a restart would meet again; the coordinator's deadline covers the task.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void PreStart()
    {
        if (_run.Worker.Gate.CheckTask(_task.Id) is { } refusal) Deliver(TaskResult.Failed(_task.Id, refusal, permanent: false, onlyHere: true));
        else if (_task.Parameters is null) Compute(null);
        else _run.Parameters.Tell(new GetParameters(_task.Parameters));
    }

    protected override void PostStop()
    {
        _stopped.Cancel();
        if (_dawdling is UploadResult { Buffer: { } buffer }) buffer.Return();
        if (_delivery is null) Context.Parent.Tell(new TaskSettled(_task.Id));
    }

    private void Fetching()
    {
        Receive<ParametersReady>(ready => Compute(ready.Parameters));
        Receive<ParametersFailed>(failed => Deliver(TaskResult.Failed(_task.Id, failed.Reason, permanent: false)));
        Receive<AssignTask>(again => _ticket = again.Ticket);
        Receive<Reattached>(_ => { });
    }

    private void Computing()
    {
        Receive<Computed>(computed =>
        {
            var wait = WaitAfter(computed.Result);
            if (wait <= TimeSpan.Zero)
            {
                Deliver(computed.Result);
                return;
            }
            _dawdling = computed.Result;
            Timers.StartSingleTimer(computed, computed, wait);
            Become(Dawdling);
        });
        Receive<AssignTask>(again => _ticket = again.Ticket);
        Receive<Reattached>(_ => { });
    }

    // The trainer is free meanwhile: others compute.
    private void Dawdling()
    {
        Receive<Computed>(computed => Deliver(computed.Result));
        Receive<AssignTask>(again => _ticket = again.Ticket);
        Receive<Reattached>(_ => { });
    }

    private void Delivering()
    {
        Receive<AssignTask>(again => _delivery.Tell(new Resend(again.Ticket)));
        Receive<Reattached>(again => _delivery.Tell(again));
    }

    private void Compute(Core.Parameters.ParameterVector? parameters)
    {
        _run.Trainers.Tell(new ComputeTask(_task, _run.Engine, parameters, _run.States, Self, _stopped.Token));
        Become(Computing);
    }

    private TimeSpan WaitAfter(TaskResult result) => _task.Id.Kind == TaskKind.Train && result is UploadResult upload && _run.Worker.Options.Pace is { } pace
        ? pace.Wait(_run.Slow.Contains(_task.Id.Client), TimeSpan.FromSeconds(upload.Header.ComputeSeconds))
        : TimeSpan.Zero;

    private void Deliver(TaskResult result)
    {
        _dawdling = null;
        if (result is UploadResult trained && _task.Id.Kind == TaskKind.Train && DropOuts.Of(_run.Engine.Job, _task.Id.Client, (int)_task.Id.Round, (int)_task.Id.Attempt) == DropOutMoment.Trained)
        {
            trained.Buffer?.Return();
            result = TaskResult.Failed(_task.Id, DropOuts.Reason, permanent: false);
        }
        // What a client sends of a masked round is made when the others are known as well.
        var props = result is UploadResult upload && _task.Id.Kind == TaskKind.Train && _run.Engine.Job.Privacy.SecureAggregation.Enabled
            ? MaskingActor.Props(upload, _ticket, (int)Math.Min(_task.Cohort, int.MaxValue), _run, Context.Parent)
            : DeliveryActor.Props(result, _ticket, _run.Worker.Transfer, _run.Worker.Timings, Context.Parent);
        _delivery = Context.ActorOf(props);
        Context.Parent.Tell(new ComputingOver(_task.Id));
        Become(Delivering);
    }
}
