namespace Federated.Core.Metrics;

/// <summary>One number that an evaluation came to.</summary>
/// <param name="Name">Lower case, for example <c>auroc</c>; of a single class with its name behind a slash: <c>recall/melanoma</c>.</param>
/// <param name="Value">Finite.</param>
public readonly record struct Figure(string Name, double Value)
{
    /// <value>True for a figure of one class of several.</value>
    public bool IsOfOneClass => Name.Contains('/', StringComparison.Ordinal);
}
