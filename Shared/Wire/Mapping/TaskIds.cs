using Federated.V1;

namespace Federated.Wire.Mapping;

/// <summary>Checks of what peers call a task.</summary>
public static class TaskIds
{
    /// <summary>Most characters of a run's id.</summary>
    public const int MaxRunLength = 64;

    /// <summary>Most characters of a client's or a worker's name.</summary>
    public const int MaxNameLength = 256;

    /// <summary>What is wrong with an id, as a sentence; null when it keeps the limits of types.proto.</summary>
    public static string? Check(TaskId? id)
    {
        if (id is null) return "The task's id is missing.";
        if (CheckRun(id.Run) is { } run) return run;
        if (id.Client.Length > 0 && CheckName(id.Client) is { } client) return $"The client's name {client}.";
        if (id.Round > int.MaxValue || id.Attempt > int.MaxValue || id.Slice > int.MaxValue)
            return "The round, the attempt or the slice is above 2147483647.";
        if (id.Attempt == 0) return "The attempt is 0; attempts count from 1.";
        if (id.Kind != TaskKind.Evaluate && id.Slice != 0) return "Only an evaluate task has a slice.";
        return id.Kind switch
        {
            TaskKind.Statistics when id.Round != 0 => $"A statistics task belongs to round 0, not {id.Round}.",
            TaskKind.Statistics when id.Client.Length == 0 => "A statistics task needs a client.",
            TaskKind.Initialise when id.Round != 0 => $"An initialise task belongs to round 0, not {id.Round}.",
            TaskKind.Initialise when id.Client.Length > 0 => "An initialise task belongs to no client.",
            TaskKind.Train or TaskKind.Evaluate when id.Round == 0 => "Rounds count from 1.",
            TaskKind.Train when id.Client.Length == 0 => "A train task needs a client.",
            TaskKind.Initialise or TaskKind.Statistics or TaskKind.Train or TaskKind.Evaluate => null,
            _ => $"The kind of task {(int)id.Kind} is unknown.",
        };
    }

    /// <summary>What is wrong with a run's id, as a sentence; null when it has 1 to 64 characters of a-z, 0-9 and '-'.</summary>
    public static string? CheckRun(string run)
    {
        if (run.Length is 0 or > MaxRunLength) return $"A run's id has 1 to {MaxRunLength} characters, not {run.Length}.";
        return run.All(IsOfAnId) ? null : "A run's id has only the characters a-z, 0-9 and '-'.";
    }

    /// <summary>What is wrong with a submission's id, as a sentence; null when it has at most 64 characters of a-z, 0-9 and '-'.</summary>
    public static string? CheckSubmission(string submission)
    {
        if (submission.Length > MaxRunLength) return $"A submission's id has at most {MaxRunLength} characters, not {submission.Length}.";
        return submission.All(IsOfAnId) ? null : "A submission's id has only the characters a-z, 0-9 and '-'.";
    }

    /// <summary>What is wrong with the name of a client or worker, as the end of a sentence; null when it has 1 to 256 characters and no control
    /// characters.</summary>
    public static string? CheckName(string name)
    {
        if (name.Length is 0 or > MaxNameLength) return $"has {name.Length} characters; 1 to {MaxNameLength} are allowed";
        return name.Any(char.IsControl) ? "has a control character" : null;
    }

    private static bool IsOfAnId(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-';
}
