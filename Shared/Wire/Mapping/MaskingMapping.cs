using System.Collections.Immutable;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Sharing;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Wire.Mapping;

/// <summary>The messages of masking.proto as the words of secure aggregation. Whatever comes from a peer is checked for form here: lengths, order, numbers that can be; what it means is for the protocol to judge.</summary>
public static class MaskingMapping
{
    /// <summary>Most clients of an attempt, and so most entries of a list.</summary>
    public const int MaxClients = 100_000;

    private const int KeyBytes = 65;
    private const int SignatureBytes = 64;

    /// <summary>The first message of a stream.</summary>
    /// <param name="advertisement">What the client says.</param>
    /// <param name="id">Its train task.</param>
    /// <param name="ticket">Of the task's latest assignment.</param>
    public static MaskingAnswer ToProto(this Advertisement advertisement, TaskId id, ByteString ticket) => new()
    {
        Advertisement = new()
        {
            Id = id,
            Ticket = ticket,
            SealKey = Bytes(advertisement.SealKey),
            MaskKey = Bytes(advertisement.MaskKey),
            Signature = Bytes(advertisement.Signature),
        },
    };

    /// <summary>Sealed shares for the coordinator to pass on.</summary>
    public static MaskingAnswer ToProto(this ShareAnswer answer) =>
        new() { Shares = new() { Shares = { answer.Shares.Select(share => new MaskingSealed { Peer = (uint)share.To, Sealed = Bytes(share.Bytes) }) } } };

    /// <summary>A signature under the survivors.</summary>
    public static MaskingAnswer ToProto(this Confirmation confirmation) => new() { Confirmation = new() { Signature = Bytes(confirmation.Signature) } };

    /// <summary>Shares that are given away.</summary>
    public static MaskingAnswer ToProto(this UnmaskAnswer answer)
    {
        var reveal = new MaskingReveal();
        var bytes = new byte[SecretShare.Length];
        foreach (var share in answer.Shares)
        {
            share.Share.Write(bytes);
            reveal.Shares.Add(new MaskingRevealed { Of = (uint)share.Of, MaskKey = share.Kind == SecretKind.MaskKey, Share = ByteString.CopyFrom(bytes) });
        }
        return new() { Reveal = reveal };
    }

    /// <summary>With whom a client shares.</summary>
    public static MaskingStep ToProto(this ShareRequest request) => new()
    {
        Share = new()
        {
            Clients = (uint)request.Shape.Clients,
            Degree = (uint)request.Shape.Neighbours,
            Threshold = (uint)request.Shape.Threshold,
            Index = (uint)request.Index,
            Neighbours =
            {
                request.Neighbours.Select(neighbour => new MaskingNeighbour
                {
                    Index = (uint)neighbour.Index,
                    Client = neighbour.Advertisement.Client,
                    SealKey = Bytes(neighbour.Advertisement.SealKey),
                    MaskKey = Bytes(neighbour.Advertisement.MaskKey),
                    Signature = Bytes(neighbour.Advertisement.Signature),
                }),
            },
        },
    };

    /// <summary>The shares for a client.</summary>
    public static MaskingStep ToProto(this MaskRequest request) =>
        new() { Mask = new() { Shares = { request.Shares.Select(share => new MaskingSealed { Peer = (uint)share.From, Sealed = Bytes(share.Bytes) }) } } };

    /// <summary>Whose vectors have arrived.</summary>
    public static MaskingStep ToProto(this ConfirmRequest request) => new() { Confirm = new() { Survivors = { request.Survivors.Select(survivor => (uint)survivor) } } };

    /// <summary>Whose secrets to help open.</summary>
    public static MaskingStep ToProto(this UnmaskRequest request) => new()
    {
        Unmask = new()
        {
            Survivors = { request.Survivors.Select(survivor => (uint)survivor) },
            Confirmations = { request.Confirmations.Select(confirmation => new MaskingSigned { Client = confirmation.Client, Signature = Bytes(confirmation.Signature) }) },
        },
    };

    /// <summary>Reads the first message of a stream. Null when it can be used; else why not.</summary>
    public static UploadRefusal? Read(MaskingAdvertisement? sent, out Advertisement? advertisement)
    {
        advertisement = null;
        if (sent is null) return Malformed("The stream does not start with an advertisement.");
        if (TaskIds.Check(sent.Id) is { } id) return Malformed(id);
        if (sent.Id.Kind != TaskKind.Train) return Malformed("Only clients that train advertise keys.");
        if (Tickets.Check(sent.Ticket) is { } ticket) return ticket;
        if (Keys(sent.SealKey, sent.MaskKey, sent.Signature) is { } wrong) return Malformed($"The advertisement {wrong}");
        advertisement = new(sent.Id.Client, Bytes(sent.SealKey), Bytes(sent.MaskKey), Bytes(sent.Signature));
        return null;
    }

    /// <summary>Reads sealed shares of a client. Null when they can be used; else why not.</summary>
    /// <param name="sent">What came.</param>
    /// <param name="client">Whose stream it came on.</param>
    /// <param name="from">Its index, 1-based.</param>
    /// <param name="answer">What can be used.</param>
    public static UploadRefusal? Read(MaskingShares sent, string client, int from, out ShareAnswer? answer)
    {
        answer = null;
        if (Sealed(sent.Shares) is { } wrong) return Malformed($"The list of shares {wrong}");
        answer = new(client, [.. sent.Shares.Select(share => new SealedShare(from, (int)share.Peer, Bytes(share.Sealed)))]);
        return null;
    }

    /// <summary>Reads a signature under the survivors. Null when it can be used; else why not.</summary>
    public static UploadRefusal? Read(MaskingConfirmation sent, string client, out Confirmation? confirmation)
    {
        confirmation = sent.Signature.Length == SignatureBytes ? new(client, Bytes(sent.Signature)) : null;
        return confirmation is null ? Malformed($"The signature has {sent.Signature.Length} bytes, not {SignatureBytes}.") : null;
    }

    /// <summary>Reads shares that a client gives away. Null when they can be used; else why not.</summary>
    public static UploadRefusal? Read(MaskingReveal sent, string client, out UnmaskAnswer? answer)
    {
        answer = null;
        if (Ascending(sent.Shares.Select(share => share.Of)) is { } wrong) return Malformed($"The list of opened shares {wrong}");
        var shares = ImmutableArray.CreateBuilder<RevealedShare>(sent.Shares.Count);
        foreach (var share in sent.Shares)
        {
            if (SecretShare.Read(share.Share.Span) is not { } read) return Malformed($"The opened share of client {share.Of} is not {SecretShare.Length} bytes of numbers below 2^61 - 1.");
            shares.Add(new((int)share.Of, share.MaskKey ? SecretKind.MaskKey : SecretKind.SelfMask, read));
        }
        answer = new(client, shares.MoveToImmutable());
        return null;
    }

    /// <summary>Reads with whom to share. Null when it can be used; else why not, as a sentence.</summary>
    public static string? Read(MaskingShareStep sent, out ShareRequest? request)
    {
        request = null;
        if (sent.Clients is < 2 or > MaxClients || sent.Degree < 1 || sent.Degree >= sent.Clients || sent.Threshold < 1 || sent.Threshold > sent.Degree + 1 || sent.Index < 1 || sent.Index > sent.Clients)
            return $"Client {sent.Index} of {sent.Clients} with {sent.Degree} neighbours and threshold {sent.Threshold} cannot be.";
        if (Ascending(sent.Neighbours.Select(neighbour => neighbour.Index)) is { } wrong) return $"The list of neighbours {wrong}";
        foreach (var neighbour in sent.Neighbours)
        {
            if (TaskIds.CheckName(neighbour.Client) is { } name) return $"The name of neighbour {neighbour.Index} {name}.";
            if (Keys(neighbour.SealKey, neighbour.MaskKey, neighbour.Signature) is { } keys) return $"The advertisement of neighbour {neighbour.Index} {keys}";
        }
        request = new(new((int)sent.Clients, (int)sent.Degree, (int)sent.Threshold), (int)sent.Index,
            [.. sent.Neighbours.Select(neighbour => new Neighbour((int)neighbour.Index, new(neighbour.Client, Bytes(neighbour.SealKey), Bytes(neighbour.MaskKey), Bytes(neighbour.Signature))))]);
        return null;
    }

    /// <summary>Reads the shares for a client. Null when they can be used; else why not, as a sentence.</summary>
    /// <param name="sent">What came.</param>
    /// <param name="to">The client's own index.</param>
    /// <param name="request">What can be used.</param>
    public static string? Read(MaskingMaskStep sent, int to, out MaskRequest? request)
    {
        request = null;
        if (Sealed(sent.Shares) is { } wrong) return $"The list of shares {wrong}";
        request = new([.. sent.Shares.Select(share => new SealedShare((int)share.Peer, to, Bytes(share.Sealed)))]);
        return null;
    }

    /// <summary>Reads whose vectors have arrived. Null when it can be used; else why not, as a sentence.</summary>
    public static string? Read(MaskingConfirmStep sent, out ConfirmRequest? request)
    {
        request = null;
        if (Ascending(sent.Survivors) is { } wrong) return $"The list of survivors {wrong}";
        request = new([.. sent.Survivors.Select(survivor => (int)survivor)]);
        return null;
    }

    /// <summary>Reads whose secrets to help open. Null when it can be used; else why not, as a sentence.</summary>
    public static string? Read(MaskingUnmaskStep sent, out UnmaskRequest? request)
    {
        request = null;
        if (Ascending(sent.Survivors) is { } wrong) return $"The list of survivors {wrong}";
        if (sent.Confirmations.Count > MaxClients) return $"{sent.Confirmations.Count} confirmations are more than there can be clients.";
        foreach (var signed in sent.Confirmations)
        {
            if (TaskIds.CheckName(signed.Client) is { } name) return $"The name in a confirmation {name}.";
            if (signed.Signature.Length != SignatureBytes) return $"The confirmation of client '{signed.Client}' has a signature of {signed.Signature.Length} bytes, not {SignatureBytes}.";
        }
        request = new([.. sent.Survivors.Select(survivor => (int)survivor)], [.. sent.Confirmations.Select(signed => new Confirmation(signed.Client, Bytes(signed.Signature)))]);
        return null;
    }

    private static string? Keys(ByteString seal, ByteString mask, ByteString signature) =>
        seal.Length != KeyBytes || mask.Length != KeyBytes ? $"has keys of {seal.Length} and {mask.Length} bytes, not {KeyBytes}."
        : signature.Length is not (0 or SignatureBytes) ? $"has a signature of {signature.Length} bytes, not {SignatureBytes}."
        : null;

    private static string? Sealed(IReadOnlyCollection<MaskingSealed> shares)
    {
        if (Ascending(shares.Select(share => share.Peer)) is { } wrong) return wrong;
        return shares.FirstOrDefault(share => share.Sealed.Length != SealedShare.Length) is { } bad ? $"has one of {bad.Sealed.Length} bytes with client {bad.Peer}, not {SealedShare.Length}." : null;
    }

    private static string? Ascending(IEnumerable<uint> indices)
    {
        var last = 0u;
        foreach (var index in indices)
        {
            if (index <= last) return "is not in the order of the clients' indices, each once, from 1 on.";
            if (index > MaxClients) return $"has an index above {MaxClients}.";
            last = index;
        }
        return null;
    }

    private static ByteString Bytes(ImmutableArray<byte> bytes) => ByteString.CopyFrom(bytes.AsSpan());

    private static ImmutableArray<byte> Bytes(ByteString bytes) => [.. bytes.Span];

    private static UploadRefusal Malformed(string detail) => new(Refusal.Malformed, detail);
}
