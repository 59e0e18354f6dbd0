namespace Federated.Core.Privacy.SecureAggregation.Rounds;

/// <summary>Opens the masks that are left in a sum, and takes them out: the self-mask of every survivor, and the pairwise masks between drop-outs and survivors, which have lost their counterpart.</summary>
public static class MaskRemoval
{
    /// <summary>Opens the secrets, works the masks out, and subtracts them. The sum is that of the survivors' encoded vectors afterwards.</summary>
    /// <param name="state">In Aggregating.</param>
    /// <param name="sum">Of the vectors of <see cref="MaskedRoundState.Masked"/>. Unusable after a failure or cancellation.</param>
    /// <param name="threads">That share the work, at least 1.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null, or why the sum cannot be unmasked: shares that contradict each other, or open something that is not the advertised key. The attempt fails then.</returns>
    /// <exception cref="InvalidOperationException">Not aggregating, or the sum holds other vectors.</exception>
    public static Refused? Remove(MaskedRoundState state, MaskedSum sum, int threads, CancellationToken cancellation = default) => throw new NotImplementedException();
}
