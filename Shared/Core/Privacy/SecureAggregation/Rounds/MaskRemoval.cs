using System.Collections.Immutable;
using System.Security.Cryptography;
using Federated.Core.Privacy.SecureAggregation.Cryptography;
using Federated.Core.Privacy.SecureAggregation.Sharing;

namespace Federated.Core.Privacy.SecureAggregation.Rounds;

/// <summary>Opens the masks that are left in a sum, and takes them out: the self-mask of every survivor, and the pairwise masks between drop-outs and survivors, which have lost their counterpart.</summary>
public static class MaskRemoval
{
    /// <summary>Opens the secrets, works the masks out, and subtracts them. The sum is that of the survivors' encoded vectors afterwards.</summary>
    /// <param name="state">In Aggregating.</param>
    /// <param name="sum">Of the vectors of <see cref="MaskedRoundState.Masked"/>. Unusable after cancellation; unchanged after a failure.</param>
    /// <param name="threads">That share the work, at least 1.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null, or why the sum cannot be unmasked: shares that contradict each other, or open something that is not the advertised key. The attempt fails then.</returns>
    /// <exception cref="InvalidOperationException">Not aggregating, or the sum holds other vectors.</exception>
    public static Refused? Remove(MaskedRoundState state, MaskedSum sum, int threads, CancellationToken cancellation = default)
    {
        if (state.Phase != MaskedPhase.Aggregating) throw new InvalidOperationException($"Masks are removed in {MaskedPhase.Aggregating}, not in {state.Phase}.");
        if (sum.Count != state.Masked.Count) throw new InvalidOperationException($"The sum holds {sum.Count} vectors; {state.Masked.Count} clients have masked.");
        var (terms, opener) = (new List<MaskTerm>(), new Opener(state));
        try
        {
            foreach (var client in state.Sharers)
            {
                cancellation.ThrowIfCancellationRequested();
                var refused = state.Masked.Contains(client) ? AddSelf(state, client, opener, terms) : AddPairs(state, client, opener, terms);
                if (refused is not null) return refused;
            }
            sum.Apply(terms, threads, cancellation);
            return null;
        }
        finally
        {
            foreach (var term in terms) CryptographicOperations.ZeroMemory(term.Key);
        }
    }

    private static Refused? AddSelf(MaskedRoundState state, string client, Opener opener, List<MaskTerm> terms)
    {
        var seed = new byte[Shamir.SecretLength];
        var opened = opener.TryOpen(client, SecretKind.SelfMask, seed);
        if (opened) terms.Add(new(KeySchedule.SelfMask(state.Context, seed, client), Add: false));
        CryptographicOperations.ZeroMemory(seed);
        return opened ? null : new(MaskingRefusal.BadShare, $"The shares of the self-mask of client '{client}' contradict each other: it has shared falsely, or one of its neighbours reveals falsely.");
    }

    // Client d has dropped out: each survivor u around it has added its mask with d where u comes before d, and subtracted it where it comes after.
    private static Refused? AddPairs(MaskedRoundState state, string client, Opener opener, List<MaskTerm> terms)
    {
        var (index, survivors) = (state.IndexOf(client), state.Around(client, state.Masked));
        if (survivors.IsEmpty) return null;
        var scalar = new byte[Shamir.SecretLength];
        var opened = opener.TryOpen(client, SecretKind.MaskKey, scalar);
        using var key = opened ? EphemeralKey.FromScalar(scalar) : null;
        CryptographicOperations.ZeroMemory(scalar);
        if (key is null || !key.Public.AsSpan().SequenceEqual(state.Advertised[client].MaskKey.AsSpan()))
            return new(MaskingRefusal.BadShare, $"The shares of the mask key of client '{client}' do not open the key that it advertised: it has shared falsely, or one of its neighbours reveals falsely.");
        foreach (var survivor in survivors)
        {
            var name = state.Members[survivor - 1];
            // The key cannot be null: the point was checked when it was advertised.
            terms.Add(new(KeySchedule.PairMask(state.Context, key, client, state.Advertised[name].MaskKey.AsSpan(), name)!, Add: survivor > index));
        }
        return null;
    }

    // Opens secrets; keeps the weights of the last holders, since in a complete graph they are the same for all.
    private sealed class Opener(MaskedRoundState state)
    {
        private readonly int _threshold = state.Graph!.Shape.Threshold;
        private readonly ImmutableSortedSet<string> _holders = state.Members.Intersect(state.Revealed.Keys);
        private (int[] Holders, ulong[] Weights)[] _kept = [([], []), ([], [])];

        // From the first t shares and from the last t: whoever is wrong among them is noticed, unless there are exactly t.
        public bool TryOpen(string client, SecretKind kind, Span<byte> secret)
        {
            var index = state.IndexOf(client);
            int[] holders = [.. state.Around(client, _holders)];
            SecretShare[] shares = [.. holders.Select(holder => Share(state.Revealed[state.Members[holder - 1]], index, kind))];
            if (!Open(0, holders[.._threshold], shares.AsSpan(0, _threshold), secret)) return false;
            // A mask key is compared with the advertised one, which says more.
            if (kind == SecretKind.MaskKey || holders.Length == _threshold) return true;
            Span<byte> again = stackalloc byte[Shamir.SecretLength];
            var agrees = Open(1, holders[^_threshold..], shares.AsSpan(holders.Length - _threshold), again) && again.SequenceEqual(secret);
            CryptographicOperations.ZeroMemory(again);
            return agrees;
        }

        private bool Open(int slot, int[] holders, ReadOnlySpan<SecretShare> shares, Span<byte> secret)
        {
            if (!_kept[slot].Holders.AsSpan().SequenceEqual(holders)) _kept[slot] = (holders, Shamir.Weights(holders));
            return Shamir.TryOpen(shares, _kept[slot].Weights, secret);
        }

        private static SecretShare Share(UnmaskAnswer answer, int of, SecretKind kind)
        {
            foreach (var share in answer.Shares)
                if (share.Of == of && share.Kind == kind)
                    return share.Share;
            throw new InvalidOperationException($"Client '{answer.Client}' reveals nothing of client {of}.");
        }
    }
}
