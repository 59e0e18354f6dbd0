using System.Collections.Immutable;
using System.Numerics.Tensors;
using Federated.Core.Algorithms;
using Federated.Core.Privacy.SecureAggregation.Coding;

namespace Federated.Core.Privacy.SecureAggregation.Rounds;

/// <summary>From a masked sum to the next state of the server.</summary>
public static class MaskedServerRound
{
    /// <summary>Takes the masks out, makes the mean of what is left, and lets the server half make its step.</summary>
    /// <param name="state">In Aggregating.</param>
    /// <param name="sum">Of the survivors' vectors; of no use afterwards.</param>
    /// <param name="codec">With which clients encoded.</param>
    /// <param name="algorithm">The server half.</param>
    /// <param name="server">State after the previous round.</param>
    /// <param name="population">N, how many clients could have been asked.</param>
    /// <param name="threads">That share the work, at least 1.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The next state and what the clients said together, or why there is none: shares that contradict each other, or sums that cannot be, which some client has made up.</returns>
    public static MaskedOutcome Close(
        MaskedRoundState state, MaskedSum sum, RingCodec codec, IFederatedAlgorithm algorithm, ServerState server, int population, int threads, CancellationToken cancellation)
    {
        if (MaskRemoval.Remove(state, sum, threads, cancellation) is { } refused) return new(null, null, $"the sum could not be unmasked: {refused.Detail}");
        var updates = state.Masked.Count;
        // Without scalars all weigh 1, and there is nothing else to be told.
        var (weight, sums) = ((double)updates, RoundSums.OfSilent(updates));
        ImmutableArray<long> labels = [];
        if (sum.Layout.Scalars > 0 && (MaskedFacts.Decode(sum.Scalars[..MaskedFacts.Count], updates, out weight, out sums) ?? Labels(sum, sums, out labels)) is { } wrong)
            return new(null, null, $"what clients masked makes no sense: {wrong}");
        var mean = new float[sum.Layout.Length];
        codec.Decode(sum.Values, weight, mean);
        if (!TensorPrimitives.IsFiniteAll<float>(mean)) return new(null, null, "the mean is not finite: clients masked weights that are far too small for their values.");
        return new(algorithm.Apply(server, mean, RoundFacts.Masked(sums, population)), sums, "") { Labels = labels };
    }

    private static string? Labels(MaskedSum sum, RoundSums sums, out ImmutableArray<long> labels)
    {
        labels = [];
        return sum.Layout.Scalars > MaskedFacts.Count ? MaskedLabels.Decode(sum.Scalars[MaskedFacts.Count..], sums.Examples, out labels) : null;
    }
}

/// <summary>What a masked round came to.</summary>
/// <param name="Server">The next state; null where there is none.</param>
/// <param name="Sums">What the clients said together; null likewise.</param>
/// <param name="Error">Why there is none, as the middle of a sentence; else "".</param>
public sealed record MaskedOutcome(ServerState? Server, RoundSums? Sums, string Error)
{
    /// <value>[C], the clients' training examples of each class; empty where the job does not count them.</value>
    public ImmutableArray<long> Labels { get; init; } = [];
}
