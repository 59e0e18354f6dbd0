using System.Collections.Immutable;

namespace Federated.Core.Privacy.SecureAggregation.Rounds;

/// <content>What is sent to clients: the same however often it is asked for within a phase.</content>
public sealed partial record MaskedRoundState
{
    /// <summary>What to send to a client in Sharing; null where it is no part of it.</summary>
    public ShareRequest? SharingFor(string client)
    {
        if (Phase != MaskedPhase.Sharing || !Members.Contains(client)) return null;
        var index = IndexOf(client);
        return new(Graph!.Shape, index, [.. Graph.Neighbours(index).Select(other => new Neighbour(other, Advertised[Members[other - 1]]))]);
    }

    /// <summary>What to send to a client in Masking; null where it is no part of it.</summary>
    public MaskRequest? MaskingFor(string client)
    {
        if (Phase != MaskedPhase.Masking || !Sharers.Contains(client)) return null;
        var index = IndexOf(client);
        var shares = ImmutableArray.CreateBuilder<SealedShare>(Graph!.Shape.Neighbours);
        foreach (var other in Graph.Neighbours(index))
            if (Sharers.Contains(Members[other - 1]))
                shares.Add(For(index, Shared[Members[other - 1]].Shares));
        return new(shares.ToImmutable());
    }

    /// <summary>What to send to a client in Confirming; null where it is no part of it.</summary>
    public ConfirmRequest? ConfirmingFor(string client) => Phase == MaskedPhase.Confirming && Masked.Contains(client) ? new(Indices(Masked)) : null;

    /// <summary>What to send to a client in Unmasking; null where it is no part of it.</summary>
    public UnmaskRequest? UnmaskingFor(string client) =>
        Phase == MaskedPhase.Unmasking && (Rules.Identities ? Confirmed.ContainsKey(client) : Masked.Contains(client)) ? new(Around(client, Masked), [.. Confirmed.Values]) : null;

    // Shares are in ascending order of their receivers.
    private static SealedShare For(int index, ImmutableArray<SealedShare> shares)
    {
        var (low, high) = (0, shares.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (shares[middle].To < index) low = middle + 1;
            else high = middle;
        }
        return shares[low];
    }
}
