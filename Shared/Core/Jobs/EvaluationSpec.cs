namespace Federated.Core.Jobs;

/// <summary>When the global model is measured.</summary>
public sealed record EvaluationSpec
{
    /// <value>Every how many rounds; the last round always.</value>
    [JobField("The model is measured on the test set every so many rounds, and after the last.", Minimum = 1, Maximum = 1_000_000)]
    public int Every { get; init; } = 1;
}
