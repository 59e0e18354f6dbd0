using System.Collections.Immutable;

namespace Federated.Core.Rounds;

/// <summary>May a worker get tasks.</summary>
public enum WorkerCondition
{
    /// <summary>Yes.</summary>
    Ready,

    /// <summary>It cannot be reached now; its tasks went elsewhere.</summary>
    Suspect,

    /// <summary>It finishes what it has and leaves.</summary>
    Draining,
}

/// <summary>A worker as the task board sees it.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Slots">Tasks that it runs at once, at least 1.</param>
/// <param name="Clients">Clients whose data lives there.</param>
/// <param name="Condition">May it get tasks.</param>
/// <param name="Held">Tasks assigned to it and not done, without those that it only sends again.</param>
public sealed record BoardWorker(string Name, int Slots, ImmutableHashSet<string> Clients, WorkerCondition Condition, int Held);

/// <summary>A task and the worker that has it; null while it is pending.</summary>
/// <param name="Task">The task.</param>
/// <param name="Worker">Who has it.</param>
/// <param name="Moved">True when another worker had it before, which may still be at it.</param>
public sealed record BoardTask(PlannedTask Task, string? Worker, bool Moved)
{
    /// <value>True when its worker has the result already, or is at it, and only sends it again: that takes no slot.</value>
    public bool Resent { get; init; }
}

/// <summary>What a change of the board means for the world.</summary>
/// <param name="Board">The board after it.</param>
/// <param name="Assigned">Tasks that a worker shall do now.</param>
/// <param name="Lost">Tasks that nobody can do: their client's worker is gone. They are off the board.</param>
/// <param name="Withdrawn">Tasks that their worker shall forget.</param>
public sealed record BoardStep(TaskBoard Board, ImmutableArray<BoardTask> Assigned, ImmutableArray<BoardTask> Lost, ImmutableArray<BoardTask> Withdrawn);
