using System.Collections.Immutable;

namespace Federated.Core.Partitioning;

/// <summary>How far the clients' shares are from the whole, in labels and in size.</summary>
/// <param name="Histograms">Examples of each client and label, shape [clients][classes].</param>
/// <param name="Global">Examples of each label over all clients, shape [classes].</param>
/// <param name="MeanTotalVariation">Mean over clients, each counted once, of the total-variation distance between the client's label distribution and
/// the global one: 0 for equal mixes, near 1 - 1/classes where each client has one label of a balanced set.</param>
/// <param name="Smallest">Examples of the smallest client.</param>
/// <param name="Largest">Examples of the largest client.</param>
public sealed record PartitionStatistics(
    ImmutableArray<ImmutableArray<int>> Histograms, ImmutableArray<int> Global, double MeanTotalVariation, int Smallest, int Largest)
{
    /// <summary>Counts the labels of every client.</summary>
    /// <param name="shares">At least one client; none without examples.</param>
    /// <param name="labels">Class of every example, 0..classes-1.</param>
    /// <param name="classes">Number of classes, at least 1.</param>
    /// <exception cref="ArgumentException">There is no client, or one without examples: its distribution is undefined.</exception>
    public static PartitionStatistics Of(ImmutableArray<ClientShare> shares, ReadOnlySpan<long> labels, int classes)
    {
        if (shares.IsEmpty || shares.Any(share => share.Examples.IsEmpty))
            throw new ArgumentException("Expected clients with at least one example each.", nameof(shares));
        var (histograms, global) = (new int[shares.Length][], new int[classes]);
        for (var client = 0; client < shares.Length; client++)
        {
            histograms[client] = new int[classes];
            foreach (var example in shares[client].Examples)
            {
                histograms[client][labels[example]]++;
                global[labels[example]]++;
            }
        }
        var mean = histograms.Average(histogram => TotalVariation(histogram, global));
        return new([.. histograms.Select(histogram => histogram.ToImmutableArray())], [.. global], mean,
            shares.Min(share => share.Examples.Length), shares.Max(share => share.Examples.Length));
    }

    // Half the sum of the absolute differences.
    private static double TotalVariation(int[] part, int[] whole)
    {
        var (partSum, wholeSum, distance) = ((double)part.Sum(), (double)whole.Sum(), 0.0);
        for (var c = 0; c < part.Length; c++) distance += Math.Abs(part[c] / partSum - whole[c] / wholeSum);
        return distance / 2;
    }
}
