using System.Globalization;
using Federated.Core.Models;

namespace Federated.Engine.Data;

/// <summary>Sums up features for <see cref="FeatureMoments"/>.</summary>
internal static class FeatureSums
{
    private const int CheckEvery = 256;

    /// <summary>In double precision and two passes, the mean first and then the squares of what differs from it.</summary>
    /// <param name="examples">Where from.</param>
    /// <param name="indices">Which.</param>
    /// <param name="shape">Says which values of an example belong to a feature, and which features are flags.</param>
    /// <param name="features">Number of features.</param>
    /// <param name="client">Whose they are, for messages.</param>
    /// <param name="cancellation">Checked between examples.</param>
    /// <exception cref="EngineException">A value is infinite.</exception>
    public static FeatureMoments Of(
        ExampleSet examples, ReadOnlySpan<int> indices, DataShape shape, int features, string client, CancellationToken cancellation)
    {
        var (row, counts, sums, deviations) = (new float[examples.Width], new long[features], new double[features], new double[features]);
        var flags = shape.Flags.ToHashSet();
        // Values that follow each other and belong to one feature: the pixels of a channel; else one.
        var run = shape.Input.Length == 3 ? examples.Width / features : 1;
        for (var i = 0; i < indices.Length; i++)
        {
            Copy(i, indices);
            for (var j = 0; j < row.Length; j++)
            {
                var feature = j / run % features;
                if (float.IsNaN(row[j]) || flags.Contains(feature)) continue;
                if (float.IsInfinity(row[j]))
                    throw new EngineException(string.Create(CultureInfo.InvariantCulture, $"Client '{client}' has an infinite value in feature {feature} (counted from 0); remove it."));
                counts[feature]++;
                sums[feature] += row[j];
            }
        }
        for (var i = 0; i < indices.Length; i++)
        {
            Copy(i, indices);
            for (var j = 0; j < row.Length; j++)
            {
                var feature = j / run % features;
                if (float.IsNaN(row[j]) || flags.Contains(feature)) continue;
                var apart = row[j] - (sums[feature] / counts[feature]);
                deviations[feature] += apart * apart;
            }
        }
        return new([.. counts], [.. sums], [.. deviations]);

        void Copy(int i, ReadOnlySpan<int> indices)
        {
            if (i % CheckEvery == 0) cancellation.ThrowIfCancellationRequested();
            examples.CopyFeatures(indices[i], row);
        }
    }
}
