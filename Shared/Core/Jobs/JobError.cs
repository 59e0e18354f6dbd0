namespace Federated.Core.Jobs;

/// <summary>One thing that is wrong with a job.</summary>
/// <param name="Path">Where, for example <c>federation.cohort.fraction</c> or <c>model.layers[3]</c> (positions count from 0); empty for the text as a
/// whole.</param>
/// <param name="Message">What is wrong with which value, what is allowed, and the nearest name where it looks like a slip.</param>
/// <param name="Line">1-based line in the text; 0 when unknown (a value of --set, something left out).</param>
public sealed record JobError(string Path, string Message, int Line = 0)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => (Line, Path) switch
    {
        (0, "") => Message,
        (0, _) => $"{Path}: {Message}",
        (_, "") => $"line {Line}: {Message}",
        _ => $"line {Line}, {Path}: {Message}",
    };
}
