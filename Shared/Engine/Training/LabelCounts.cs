using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Federated.Engine.Training;

/// <summary>How many examples of each class there are.</summary>
internal static class LabelCounts
{
    /// <summary>Counts.</summary>
    /// <param name="labels">Of all examples, 0 to classes - 1.</param>
    /// <param name="own">The examples that count.</param>
    /// <param name="classes">At least 1.</param>
    /// <returns>[classes].</returns>
    public static ImmutableArray<long> Of(ReadOnlySpan<long> labels, ReadOnlySpan<int> own, int classes)
    {
        var counts = new long[classes];
        foreach (var example in own) counts[labels[example]]++;
        return ImmutableCollectionsMarshal.AsImmutableArray(counts);
    }
}
