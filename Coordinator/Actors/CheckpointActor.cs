using Akka.Actor;
using Akka.Event;
using Federated.Coordinator.Storage;
using Federated.Core.Algorithms;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>Makes one state durable: Writing, Pausing between tries. A disk that is full or away is tried again until it takes the state; the run is told
/// CheckpointKept or CheckpointImpossible, once, and stops this actor.</summary>
internal sealed class CheckpointActor : ReceiveActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stopped = new();
    private readonly CheckpointPlan _plan;
    private int _failures;

    public CheckpointActor(CheckpointPlan plan)
    {
        _plan = plan;
        Receive<Written>(written =>
        {
            if (written.Error is null) Kept(written.Checkpoint!);
            else Failed(written.Error);
        });
        Receive<TryAgain>(_ => Write());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(CheckpointPlan plan) => Akka.Actor.Props.Create(() => new CheckpointActor(plan));

    protected override void PreStart() => Write();

    protected override void PostStop() => _stopped.Cancel();

    private void Write()
    {
        _plan.Reached(RunPoint.WritingCheckpoint);
        Task.Run(() => _plan.Store.WriteAsync(_plan.Run, _plan.Epoch, _plan.Server, _stopped.Token), _stopped.Token)
            .PipeTo(Self, success: checkpoint => new Written(checkpoint, null), failure: error => new Written(null, error));
    }

    private void Kept(Checkpoint checkpoint)
    {
        _plan.Reached(RunPoint.CheckpointWritten);
        Context.Parent.Tell(new CheckpointKept(_plan.Server, checkpoint));
    }

    private void Failed(Exception error)
    {
        if (error is ArgumentException)
        {
            // No disk will ever take this state.
            Context.Parent.Tell(new CheckpointImpossible(_plan.Server, error.Message));
            return;
        }
        var delay = StepRetry.Delay(++_failures);
        _log.Error("Run {0}: the state after round {1} could not be kept, trying again in {2:0.#} s: {3}", _plan.Run, _plan.Server.Round, delay.TotalSeconds, error.Message);
        if (_failures == 1) Context.Parent.Tell(new StepNotice($"The state after round {_plan.Server.Round} could not be kept and is tried again until it can: {error.Message}"));
        Timers.StartSingleTimer(TryAgain.Instance, TryAgain.Instance, delay);
    }

    private sealed record Written(Checkpoint? Checkpoint, Exception? Error);

    private sealed class TryAgain
    {
        public static readonly TryAgain Instance = new();
    }
}

/// <summary>What keeping a state needs.</summary>
/// <param name="Run">The run.</param>
/// <param name="Epoch">The coordinator's.</param>
/// <param name="Server">The state.</param>
/// <param name="Store">Where to.</param>
/// <param name="Reached">Told at the points of it.</param>
internal sealed record CheckpointPlan(string Run, ulong Epoch, ServerState Server, ICheckpointStore Store, Action<RunPoint> Reached);

/// <summary>To the run: the state is none that a run can go on from, such as one that is not finite.</summary>
internal sealed record CheckpointImpossible(ServerState Server, string Reason);

/// <summary>To the run: the state is durable.</summary>
internal sealed record CheckpointKept(ServerState Server, Checkpoint Checkpoint);
