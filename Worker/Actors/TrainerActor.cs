using Akka.Actor;
using Akka.Event;
using Federated.Engine;
using Federated.Worker.Tasks;

namespace Federated.Worker.Actors;

/// <summary>One thread's worth of computing. Works inside its message handler, which is why it lives on the trainers' dispatcher and nowhere
/// else.</summary>
internal sealed class TrainerActor : ReceiveActor
{
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public TrainerActor(TimeProvider time) => Receive<ComputeTask>(work =>
    {
        try
        {
            if (Compute(work, time) is { } result) work.ReplyTo.Tell(new Computed(result));
        }
        finally
        {
            Context.Parent.Tell(TrainerFree.Instance);
        }
    });

    private TaskResult? Compute(ComputeTask work, TimeProvider time)
    {
        if (!work.Engine.TryEnter(out var engine)) return null;
        var id = work.Task.Id;
        try
        {
            return TaskWork.Execute(work.Task, work.Engine.Job, engine, work.Parameters, work.States, time, work.Cancellation);
        }
        catch (OperationCanceledException) when (work.Cancellation.IsCancellationRequested)
        {
            return null;
        }
        catch (EngineException e)
        {
            return TaskResult.Failed(id, e.Message, permanent: true, e.OnlyHere);
        }
        catch (Exception e)
        {
            // One task's defect must not take the trainer, and with it a slot, away from the others.
            _log.Error(e, "The {0} failed.", TaskWork.Name(id));
            return TaskResult.Failed(id, $"The {TaskWork.Name(id)} failed: {e.Message}", permanent: false);
        }
        finally
        {
            work.Engine.Exit();
        }
    }
}
