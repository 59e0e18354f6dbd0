using System.Collections.Immutable;
using Federated.Core.Privacy.SecureAggregation.Sharing;

namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>Client to coordinator, once trained: fresh public keys, nothing of its data (round 0 of figure 4).</summary>
/// <param name="Client">Who.</param>
/// <param name="SealKey">c^PK, with which shares for this client are sealed: a point of P-256, uncompressed, 65 bytes.</param>
/// <param name="MaskKey">s^PK, from which pairwise masks come: likewise 65 bytes.</param>
/// <param name="Signature">ECDSA over both keys, the client and the attempt, 64 bytes; empty without identities.</param>
public sealed record Advertisement(string Client, ImmutableArray<byte> SealKey, ImmutableArray<byte> MaskKey, ImmutableArray<byte> Signature)
{
    /// <summary>Whether another says the same, byte for byte.</summary>
    public bool Same(Advertisement other) =>
        Client == other.Client && SealKey.AsSpan().SequenceEqual(other.SealKey.AsSpan()) && MaskKey.AsSpan().SequenceEqual(other.MaskKey.AsSpan())
        && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());
}

/// <summary>A neighbour in the graph.</summary>
/// <param name="Index">1 to n: its place among those who advertised, in ordinal order of their names; the x of its shares.</param>
/// <param name="Advertisement">Its keys.</param>
public sealed record Neighbour(int Index, Advertisement Advertisement);

/// <summary>Coordinator to client: with whom it is to share (round 1).</summary>
/// <param name="Shape">Of the graph; the client works it out for itself and compares.</param>
/// <param name="Index">The client's own, 1 to n.</param>
/// <param name="Neighbours">k of them, ascending by index, without the client itself.</param>
public sealed record ShareRequest(GraphShape Shape, int Index, ImmutableArray<Neighbour> Neighbours)
{
    /// <summary>Whether another asks for the same.</summary>
    public bool Same(ShareRequest other) =>
        Shape == other.Shape && Index == other.Index && Neighbours.Length == other.Neighbours.Length
        && Neighbours.Zip(other.Neighbours).All(pair => pair.First.Index == pair.Second.Index && pair.First.Advertisement.Same(pair.Second.Advertisement));
}

/// <summary>A pair of shares, sealed by one client for another with AES-256-GCM: 80 bytes of shares and 16 of the tag.</summary>
/// <param name="From">Index of who shares a secret.</param>
/// <param name="To">Index of who may open this.</param>
/// <param name="Bytes">96 bytes.</param>
public sealed record SealedShare(int From, int To, ImmutableArray<byte> Bytes)
{
    /// <summary>Bytes of a sealed share.</summary>
    public const int Length = 2 * SecretShare.Length + 16;

    /// <summary>Whether another has the same bytes for the same two.</summary>
    public bool Same(SealedShare other) => From == other.From && To == other.To && Bytes.AsSpan().SequenceEqual(other.Bytes.AsSpan());

    internal static bool Same(ImmutableArray<SealedShare> some, ImmutableArray<SealedShare> others) => some.Length == others.Length && some.Zip(others).All(pair => pair.First.Same(pair.Second));
}

/// <summary>Client to coordinator: one sealed share for each neighbour.</summary>
/// <param name="Client">Who.</param>
/// <param name="Shares">Ascending by receiver.</param>
public sealed record ShareAnswer(string Client, ImmutableArray<SealedShare> Shares)
{
    /// <summary>Whether another says the same.</summary>
    public bool Same(ShareAnswer other) => Client == other.Client && SealedShare.Same(Shares, other.Shares);
}

/// <summary>Coordinator to client: the shares that are for it, from those of its neighbours who have shared (round 2). The client masks with these and no others.</summary>
/// <param name="Shares">Ascending by sender.</param>
public sealed record MaskRequest(ImmutableArray<SealedShare> Shares)
{
    /// <summary>Whether another asks for the same.</summary>
    public bool Same(MaskRequest other) => SealedShare.Same(Shares, other.Shares);
}

/// <summary>Coordinator to client: whose masked vectors have arrived (round 3, with identities only).</summary>
/// <param name="Survivors">U3: indices, ascending.</param>
public sealed record ConfirmRequest(ImmutableArray<int> Survivors);

/// <summary>A client's signature under the list of survivors.</summary>
/// <param name="Client">Who.</param>
/// <param name="Signature">ECDSA over the list and the attempt, 64 bytes.</param>
public sealed record Confirmation(string Client, ImmutableArray<byte> Signature)
{
    /// <summary>Whether another says the same.</summary>
    public bool Same(Confirmation other) => Client == other.Client && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());
}

/// <summary>Coordinator to client: whose secrets to help open (round 4).</summary>
/// <param name="Survivors">Those whose masked vectors arrived, out of the client itself and the neighbours whose shares it was given: indices, ascending. The rest of those have dropped out.</param>
/// <param name="Confirmations">From at least t clients, with identities; else empty.</param>
public sealed record UnmaskRequest(ImmutableArray<int> Survivors, ImmutableArray<Confirmation> Confirmations);

/// <summary>A share that its holder gives away.</summary>
/// <param name="Of">Index of the client whose secret it is.</param>
/// <param name="Kind">The seed of a survivor's own mask, or the mask key of a drop-out.</param>
/// <param name="Share">The share at the holder's index.</param>
public sealed record RevealedShare(int Of, SecretKind Kind, SecretShare Share);

/// <summary>Client to coordinator: for each of those it holds shares of exactly one of both.</summary>
/// <param name="Client">Who.</param>
/// <param name="Shares">Ascending by whose.</param>
public sealed record UnmaskAnswer(string Client, ImmutableArray<RevealedShare> Shares)
{
    /// <summary>Whether another says the same.</summary>
    public bool Same(UnmaskAnswer other) =>
        Client == other.Client && Shares.Length == other.Shares.Length
        && Shares.Zip(other.Shares).All(pair => pair.First.Of == pair.Second.Of && pair.First.Kind == pair.Second.Kind && pair.First.Share.Same(pair.Second.Share));
}

/// <summary>Which secret a share is of.</summary>
public enum SecretKind
{
    /// <summary>b: the seed of the client's own mask; opened for survivors.</summary>
    SelfMask,

    /// <summary>s^SK: the client's mask key; opened for drop-outs.</summary>
    MaskKey,
}
