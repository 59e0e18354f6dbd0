namespace Federated.Core.Jobs;

/// <summary>How time series become examples: a window of past rows, and the values of one column that follow it.</summary>
public sealed record SeriesSpec
{
    /// <value>The column to predict.</value>
    [JobField("The column whose next values are predicted; its past is always the first feature.", DefaultInWords = "the last column")]
    public string? Target { get; init; }

    /// <value>Further columns whose past is known; empty for all.</value>
    [JobField("Further columns whose past is known, in the order of their features.", DefaultInWords = "all other columns")]
    public TextList? Features { get; init; }

    /// <value>The column that tells the time.</value>
    [JobField("The column that tells the time of a row and so is no feature: dates and times as in ISO 8601, or numbers. Rows must come in its order, each time later than the one before.")]
    public string? Time { get; init; }

    /// <value>Rows that a prediction sees.</value>
    [JobField("Rows that a prediction sees.", Minimum = 1, Maximum = 100_000)]
    public int Window { get; init; } = 24;

    /// <value>Values to predict.</value>
    [JobField("Values to predict: those of the rows that follow the window.", Minimum = 1, Maximum = 10_000)]
    public int Horizon { get; init; } = 1;

    /// <value>Rows from the start of a window to the start of the next.</value>
    [JobField("Rows from the start of one training window to the start of the next.", Minimum = 1, Maximum = 100_000)]
    public int Step { get; init; } = 1;

    /// <value>Rows after which a pattern comes again; null without one.</value>
    [JobField("Rows after which a pattern comes again, such as 24 hours; at most the window. The evaluation then has the error of the forecast that it comes again beside the model's.",
        Minimum = 2, Maximum = 100_000)]
    public int? Season { get; init; }
}
