using Akka.Actor;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Worker.Tasks;

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

/// <summary>To the worker: nothing is left to do for a task that it passed on. Told at least once for every AssignTask that was passed on.</summary>
internal sealed record TaskSettled(TaskId Id);

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
    AssignTask Task, SharedRunEngine Engine, ParameterVector? Parameters, IActorRef ReplyTo, CancellationToken Cancellation);

/// <summary>What the engine gave, or the report that it failed.</summary>
internal sealed record Computed(TaskResult Result);

/// <summary>To the trainers, from one of them.</summary>
internal sealed record TrainerFree
{
    public static readonly TrainerFree Instance = new();
}

/// <summary>To a delivery: send once more, now.</summary>
internal sealed record Resend
{
    public static readonly Resend Instance = new();
}
