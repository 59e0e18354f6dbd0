namespace Federated.Core.Jobs;

/// <summary>Reasons to end before the last round.</summary>
public sealed record StopSpec
{
    /// <value>End when the test accuracy reaches this; null for never.</value>
    [JobField("End when the test accuracy reaches this.", ExclusiveMinimum = 0, Maximum = 1, DefaultInWords = "never")]
    public double? Accuracy { get; init; }
}
