using System.Collections.Immutable;

namespace Federated.Core.Models;

/// <summary>What a client says of the values of its features: how many there are, their sum, and the sum of the squares of their deviations from the client's own
/// mean. Adding those of clients gives that of all their examples together, so that nobody needs to see a value.</summary>
/// <param name="Counts">Values that are not missing, a feature each, at least 0.</param>
/// <param name="Sums">Their sums; 0 where there is no value.</param>
/// <param name="Deviations">Sums of (x - mean)²; 0 where there is no value.</param>
public sealed record FeatureMoments(ImmutableArray<long> Counts, ImmutableArray<double> Sums, ImmutableArray<double> Deviations)
{
    /// <summary>Number of features.</summary>
    public int Features => Counts.Length;

    /// <summary>Of no examples.</summary>
    public static FeatureMoments None(int features) => new([.. new long[features]], [.. new double[features]], [.. new double[features]]);

    /// <summary>The mean of a feature.</summary>
    /// <exception cref="InvalidOperationException">It has no value.</exception>
    public double Mean(int feature) => Counts[feature] > 0 ? Sums[feature] / Counts[feature] : throw NoValue(feature);

    /// <summary>The variance of a feature over all its values (their mean square deviation), as of a whole population.</summary>
    /// <exception cref="InvalidOperationException">It has no value.</exception>
    public double Variance(int feature) => Counts[feature] > 0 ? Deviations[feature] / Counts[feature] : throw NoValue(feature);

    /// <summary>Of the examples of both, after Chan, Golub and LeVeque, "Algorithms for Computing the Sample Variance", The American Statistician 37(3), 1983,
    /// equations 1.5a and 1.5b: nothing is subtracted that could cancel, as it would in a difference of sums of squares. Rounding depends on the order: for the same
    /// bits, add in the same order.</summary>
    /// <exception cref="ArgumentException">They have different numbers of features.</exception>
    public static FeatureMoments operator +(FeatureMoments left, FeatureMoments right)
    {
        if (left.Features != right.Features) throw new ArgumentException($"{left.Features} and {right.Features} features do not add up.", nameof(right));
        var (counts, sums, deviations) = (new long[left.Features], new double[left.Features], new double[left.Features]);
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = checked(left.Counts[i] + right.Counts[i]);
            sums[i] = left.Sums[i] + right.Sums[i];
            deviations[i] = left.Deviations[i] + right.Deviations[i];
            if (left.Counts[i] == 0 || right.Counts[i] == 0) continue;
            var apart = right.Mean(i) - left.Mean(i);
            deviations[i] += apart * apart * ((double)left.Counts[i] * right.Counts[i] / counts[i]);
        }
        return new([.. counts], [.. sums], [.. deviations]);
    }

    /// <summary>Of both.</summary>
    public static FeatureMoments Add(FeatureMoments left, FeatureMoments right) => left + right;

    private static InvalidOperationException NoValue(int feature) => new($"Feature {feature} has no value, so neither mean nor variance.");
}
