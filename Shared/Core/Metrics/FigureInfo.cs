namespace Federated.Core.Metrics;

/// <summary>What is known of a figure before any was computed.</summary>
/// <param name="Name">Its name; of figures of single classes, what comes before the slash.</param>
/// <param name="HigherIsBetter">False where a model is the better the lower it is.</param>
public sealed record FigureInfo(string Name, bool HigherIsBetter)
{
    /// <value>True where there is one for each class, named <c>NAME/CLASS</c>.</value>
    public bool IsOfOneClass { get; init; }
}
