using System.Collections.Immutable;
using Akka.Actor;
using Federated.Coordinator.Storage;
using Federated.Core.Algorithms;
using Federated.Core.Parameters;

namespace Federated.Coordinator.Actors;

/// <summary>Reads what a run needs to go on: the latest state whose checkpoint is whole, and the parameters that are still to be measured. The run is told
/// <see cref="Restored"/>, once, and stops this actor.</summary>
internal sealed class RestoreActor : ReceiveActor
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly RestorePlan _plan;

    public RestoreActor(RestorePlan plan)
    {
        _plan = plan;
        Receive<Restored>(Context.Parent.Tell);
        Receive<Status.Failure>(failure => throw new InvalidOperationException("Reading the checkpoints failed.", failure.Cause));
    }

    public static Props Props(RestorePlan plan) => Akka.Actor.Props.Create(() => new RestoreActor(plan));

    protected override void PreStart() => Task.Run(() => RestoreAsync(_plan, _stopped.Token), _stopped.Token).PipeTo(Self);

    protected override void PostStop() => _stopped.Cancel();

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
        var measured = ImmutableDictionary.CreateBuilder<int, ParameterVector>();
        foreach (var kept in plan.Checkpoints.Where(kept => plan.Unmeasured.Contains(kept.Round) && kept.Round <= server?.Round))
        {
            if (kept.Round == server!.Round) measured[kept.Round] = server.Parameters;
            else if ((await plan.Store.ReadAsync(plan.Run, kept.Checkpoint, kept.Round, cancellation)).State is { } earlier) measured[kept.Round] = earlier.Parameters;
        }
        return new(server, measured.ToImmutable(), damage.ToImmutable());
    }
}

/// <summary>What restoring a run needs.</summary>
/// <param name="Run">The run.</param>
/// <param name="Checkpoints">Those that are kept, ascending by round.</param>
/// <param name="Unmeasured">Rounds whose evaluation is not in yet.</param>
/// <param name="Store">Where they are.</param>
internal sealed record RestorePlan(string Run, ImmutableArray<KeptCheckpoint> Checkpoints, ImmutableSortedSet<int> Unmeasured, ICheckpointStore Store);

/// <summary>To the run: what could be read.</summary>
/// <param name="Server">The latest state that is whole; null: none is.</param>
/// <param name="Measured">Parameters by the rounds that are to be measured, as far as they could be read.</param>
/// <param name="Damage">A sentence for each checkpoint that could not be read.</param>
internal sealed record Restored(ServerState? Server, ImmutableDictionary<int, ParameterVector> Measured, ImmutableArray<string> Damage);
