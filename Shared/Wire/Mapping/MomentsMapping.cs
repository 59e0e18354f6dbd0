using Federated.Core.Models;
using Federated.V1;

namespace Federated.Wire.Mapping;

/// <summary>Moments of features between their wire form and <see cref="FeatureMoments"/>.</summary>
public static class MomentsMapping
{
    /// <summary>Most features that a peer may speak of.</summary>
    public const int MaxFeatures = 65_536;

    // Float32 squared, times the most values, is below 1e90: what is above is no sum of such values, and all clients' sums stay finite.
    private const double MaxSum = 1e100;

    /// <summary>The wire form.</summary>
    public static Moments ToProto(this FeatureMoments moments) => new()
    {
        Counts = { moments.Counts.Select(count => checked((ulong)count)) },
        Sums = { moments.Sums },
        Deviations = { moments.Deviations },
    };

    /// <summary>Reads what a peer sent.</summary>
    /// <returns>Null when the moments can be used; else why not.</returns>
    public static UploadRefusal? Read(Moments? moments, out FeatureMoments read)
    {
        read = FeatureMoments.None(0);
        if (moments is null) return new(Refusal.Malformed, "The moments are missing.");
        var features = moments.Counts.Count;
        if (features is 0 or > MaxFeatures || moments.Sums.Count != features || moments.Deviations.Count != features)
            return new(Refusal.Malformed, $"Moments have 1 to {MaxFeatures} counts, and as many sums and deviations.");
        for (var i = 0; i < features; i++)
        {
            var (count, sum, deviation) = (moments.Counts[i], moments.Sums[i], moments.Deviations[i]);
            if (!double.IsFinite(sum) || !double.IsFinite(deviation)) return new(Refusal.NotFinite, $"The sums of feature {i} are not finite numbers.");
            if (count > MetricsMapping.MaxExamples) return new(Refusal.Malformed, $"Feature {i} has {count} values; at most {MetricsMapping.MaxExamples} are allowed.");
            if (Math.Abs(sum) > MaxSum || deviation > MaxSum) return new(Refusal.OutOfRange, $"The sums of feature {i} are above 1e100.");
            if (deviation < 0 || (count == 0 && (sum != 0 || deviation != 0))) return new(Refusal.Malformed, $"The sums of feature {i} cannot be those of {count} values.");
        }
        read = new([.. moments.Counts.Select(count => (long)count)], [.. moments.Sums], [.. moments.Deviations]);
        return null;
    }
}
