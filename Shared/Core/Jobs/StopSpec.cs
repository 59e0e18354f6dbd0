namespace Federated.Core.Jobs;

/// <summary>Reasons to end before the last round.</summary>
public sealed record StopSpec
{
    /// <value>End when the test accuracy reaches this; null for never.</value>
    [JobField("End when the test accuracy reaches this.", ExclusiveMinimum = 0, Maximum = 1, DefaultInWords = "never")]
    public double? Accuracy { get; init; }

    /// <value>The figure that target and patience look at; null for none.</value>
    [JobField("The figure that stop.target and stop.patience look at: accuracy, loss or one of docs/metrics.md, for example auroc or recall/melanoma.")]
    public string? Metric { get; init; }

    /// <value>End when the figure is as good as this; null for never.</value>
    [JobField("End when stop.metric is at least as good as this: at least this where higher is better, else at most this.", DefaultInWords = "never")]
    public double? Target { get; init; }

    /// <value>End after so many evaluations without improvement; null for never.</value>
    [JobField("End after so many evaluations in a row in which stop.metric did not improve on its best value.", Minimum = 1, Maximum = 1_000_000, DefaultInWords = "never")]
    public int? Patience { get; init; }

    /// <value>What counts as an improvement.</value>
    [JobField("A value that is better than the best one by no more than this is no improvement.", Minimum = 0, Maximum = 1e300)]
    public double MinimumImprovement { get; init; }

    /// <value>True where evaluations decide which round is the last one.</value>
    public bool LooksAtEvaluations => Accuracy is not null || Metric is not null;
}
