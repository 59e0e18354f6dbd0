using Akka.Actor;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Worker.State;
using Federated.Worker.Tasks;
using Google.Protobuf;

namespace Federated.Worker.Actors;

// Messages between the actors of one worker. They stay inside the process; generated messages inside them are not changed after they were sent.

/// <summary>To the worker, from its host: finish what was accepted, take nothing more.</summary>
internal sealed record Drain
{
    public static readonly Drain Instance = new();
}

/// <summary>A coordinator is there again, perhaps another one that knows less than the last: send again what it has not confirmed as
/// durable.</summary>
internal sealed record Reattached
{
    public static readonly Reattached Instance = new();
}

/// <summary>The coordinator is lost: nothing that fails from now on until <see cref="Reattached"/> says anything about what was asked of
/// it.</summary>
internal sealed record Detached
{
    public static readonly Detached Instance = new();
}

/// <summary>To the worker: nothing is left to do for a task that it passed on. Told at least once for every AssignTask that was passed on.</summary>
internal sealed record TaskSettled(TaskId Id)
{
    /// <value>True when the coordinator has counted the result, now or before.</value>
    public bool Counted { get; init; }
}

/// <summary>To the worker: the task and its result are here no more. Every AssignTask that was passed on is accounted for by one of these, unless the
/// run is closed or <see cref="ClientLost"/> is told.</summary>
/// <param name="Id">The task.</param>
/// <param name="Assigned">How often it was passed on since it was last dropped, at least once. The worker may have passed it on again
/// meanwhile.</param>
internal sealed record TaskDropped(TaskId Id, int Assigned);

/// <summary>To the worker: a client's actor was stopped by a defect, with all that it had.</summary>
internal sealed record ClientLost(string Run, string Client);

/// <summary>To the client, from its task: the engine's part is over.</summary>
internal sealed record ComputingOver(TaskId Id);

/// <summary>To the parameter cache. Reply: <see cref="ParametersReady"/> or <see cref="ParametersFailed"/>.</summary>
internal sealed record GetParameters(ParametersRef Wanted);

/// <summary>Verified parameters.</summary>
internal sealed record ParametersReady(ParameterVector Parameters);

/// <summary>They could not be had; the reason is a sentence.</summary>
internal sealed record ParametersFailed(string Reason);

/// <summary>To the trainers: compute as soon as one is free. Reply to <paramref name="ReplyTo"/>: <see cref="Computed"/>; none when it was
/// cancelled.</summary>
internal sealed record ComputeTask(
    AssignTask Task, SharedRunEngine Engine, ParameterVector? Parameters, ClientStateStore States, IActorRef ReplyTo, CancellationToken Cancellation);

/// <summary>What the engine gave, or the report that it failed.</summary>
internal sealed record Computed(TaskResult Result);

/// <summary>To the trainers, from one of them.</summary>
internal sealed record TrainerFree
{
    public static readonly TrainerFree Instance = new();
}

/// <summary>To a delivery: the task was assigned again; send once more, now.</summary>
/// <param name="Ticket">The new one.</param>
internal sealed record Resend(ByteString Ticket);
