namespace Federated.Core.Rounds;

/// <summary>What a task is for, in the order of urgency.</summary>
public enum TaskPurpose
{
    /// <summary>Make initial parameters and describe the data.</summary>
    Initialise,

    /// <summary>Sum up a client's features, before the first round.</summary>
    Statistics,

    /// <summary>Train on a client's partition.</summary>
    Train,

    /// <summary>Measure parameters.</summary>
    Evaluate,
}

/// <summary>Names one task of one run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Round">0 for initialise and statistics.</param>
/// <param name="Attempt">1-based.</param>
/// <param name="Client">"" for a task of no client.</param>
/// <param name="Slice">Of the test set, 0-based; else 0.</param>
public readonly record struct TaskKey(string Run, TaskPurpose Purpose, int Round, int Attempt, string Client = "", int Slice = 0);
