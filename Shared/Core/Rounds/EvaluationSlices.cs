namespace Federated.Core.Rounds;

/// <summary>How a central test set is cut for evaluation on several workers.</summary>
public static class EvaluationSlices
{
    /// <summary>Most slices.</summary>
    public const int Most = 16;

    /// <summary>Examples below which cutting does not pay.</summary>
    public const int ExamplesPerSlice = 500;

    /// <summary>Slices for a test set: one for every 500 examples, 1 to 16. The data decides and never the number of workers, for the slices decide in which
    /// order losses are added and so the last bits of the result.</summary>
    public static int Count(long testExamples) => (int)Math.Clamp(testExamples / ExamplesPerSlice, 1, Most);
}
