namespace Federated.Core.Jobs;

/// <summary>When the global model is measured.</summary>
public sealed record EvaluationSpec
{
    /// <value>Every how many rounds; the last round always.</value>
    [JobField("The model is measured on the test set every so many rounds, and after the last.", Minimum = 1, Maximum = 1_000_000)]
    public int Every { get; init; } = 1;

    /// <value>Measure every client's own test share apart.</value>
    [JobField("Every client's own share of the test set is measured and reported apart, beside the whole. "
        + "Needs partition natural or placement local, where test examples belong to clients.")]
    public bool PerClient { get; init; }
}
