namespace Federated.Core.Metrics;

/// <summary>The tallies that there are, and how the indices of each are read.</summary>
public static class TallyNames
{
    /// <summary>Counts of examples at actual class * classes + predicted class; an entry of 0 at classes * classes tells the number of classes.</summary>
    public const string Confusion = "confusion";
}
