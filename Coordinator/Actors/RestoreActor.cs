using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Federated.Coordinator.Storage;
using Federated.Core.Algorithms;
using Federated.Core.Parameters;

namespace Federated.Coordinator.Actors;

/// <summary>Reads what a run needs to go on, the latest state whose checkpoint is whole and the parameters of earlier rounds that are still worked with: Reading, Pausing between
/// tries. A store that is away is tried again until it is there; the run is told <see cref="Restored"/>, once, and stops this actor.</summary>
internal sealed class RestoreActor : ReceiveActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stopped = new();
    private readonly RestorePlan _plan;
    private int _failures;

    public RestoreActor(RestorePlan plan)
    {
        _plan = plan;
        Receive<Restored>(Context.Parent.Tell);
        Receive<Status.Failure>(OnFailure);
        Receive<TryAgain>(_ => Read());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(RestorePlan plan) => Akka.Actor.Props.Create(() => new RestoreActor(plan));

    protected override void PreStart() => Read();

    protected override void PostStop() => _stopped.Cancel();

    private void Read() => Task.Run(() => RestoreAsync(_plan, _stopped.Token), _stopped.Token).PipeTo(Self);

    private void OnFailure(Status.Failure failure)
    {
        if (failure.Cause is not IOException) throw new InvalidOperationException("Reading the checkpoints failed.", failure.Cause);
        var delay = StepRetry.Delay(++_failures);
        _log.Error("Run {0}: its checkpoints cannot be read, trying again in {1:0.#} s: {2}", _plan.Run, delay.TotalSeconds, failure.Cause.Message);
        if (_failures == 1) Context.Parent.Tell(new StepNotice($"The checkpoints cannot be read and are tried again until they can: {failure.Cause.Message}"));
        Timers.StartSingleTimer(TryAgain.Instance, TryAgain.Instance, delay);
    }

    private static async Task<Restored> RestoreAsync(RestorePlan plan, CancellationToken cancellation)
    {
        var damage = ImmutableArray.CreateBuilder<string>();
        ServerState? server = null;
        foreach (var kept in plan.Checkpoints.Reverse())
        {
            var read = await plan.Store.ReadAsync(plan.Run, kept.Checkpoint, kept.Round, cancellation);
            server = read.State;
            if (server is not null) break;
            damage.Add(read.Error);
        }
        var earlier = ImmutableDictionary.CreateBuilder<int, ParameterVector>();
        foreach (var kept in plan.Checkpoints.Where(kept => plan.Needed.Contains(kept.Round) && kept.Round <= server?.Round))
        {
            if (kept.Round == server!.Round) earlier[kept.Round] = server.Parameters;
            else if ((await plan.Store.ReadAsync(plan.Run, kept.Checkpoint, kept.Round, cancellation)).State is { } state) earlier[kept.Round] = state.Parameters;
        }
        return new(server, earlier.ToImmutable(), damage.ToImmutable());
    }

    private sealed class TryAgain
    {
        public static readonly TryAgain Instance = new();
    }
}

/// <summary>What restoring a run needs.</summary>
/// <param name="Run">The run.</param>
/// <param name="Checkpoints">Those that are kept, ascending by round.</param>
/// <param name="Needed">Rounds whose parameters are still worked with: their evaluation is not in yet, or clients started from them.</param>
/// <param name="Store">Where they are.</param>
internal sealed record RestorePlan(string Run, ImmutableArray<KeptCheckpoint> Checkpoints, ImmutableSortedSet<int> Needed, ICheckpointStore Store);

/// <summary>To the run: what could be read.</summary>
/// <param name="Server">The latest state that is whole; null: none is.</param>
/// <param name="Earlier">Parameters by the rounds that were asked for, as far as they could be read.</param>
/// <param name="Damage">A sentence for each checkpoint that could not be read.</param>
internal sealed record Restored(ServerState? Server, ImmutableDictionary<int, ParameterVector> Earlier, ImmutableArray<string> Damage);
