using System.Collections.Immutable;

namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>What a client checks of the coordinator's messages before it computes anything: who is named, how many, and whether that fits the job. Null where nothing is wrong.</summary>
internal static class PeerCheck
{
    public static Refused? Neighbours(ShareRequest request, Advertisement me, MaskingRules rules)
    {
        var shape = request.Shape;
        if (shape.Clients < rules.Needed) return new(MaskingRefusal.TooFew, $"{shape.Clients} clients have advertised; the job needs at least {rules.Needed}.");
        // Whatever is said about n must be paid for with neighbours in the complete graph; in a sparse one it is the coordinator's word.
        if (request.Neighbours.Length != shape.Neighbours || MaskingGraph.Choose(shape.Clients, rules) != shape)
            return new(MaskingRefusal.WrongShape, $"A graph of {shape.Clients} clients with {request.Neighbours.Length} neighbours and a threshold of {shape.Threshold} is not the one that the job's rules give.");
        var (index, name) = (0, (string?)null);
        var keys = new HashSet<string>(StringComparer.Ordinal) { Text(me.SealKey), Text(me.MaskKey) };
        foreach (var (next, peer) in All(request, me.Client))
        {
            // Indices go with the names in ordinal order: no two clients can be given one, and no client two.
            if (next <= index || next > shape.Clients || (name is not null && string.CompareOrdinal(peer, name) <= 0))
                return new(MaskingRefusal.WrongPeers, $"Neighbours come in ascending order of index and of name, each once, with indices of 1 to {shape.Clients}; {next}, '{peer}', does not fit.");
            (index, name) = (next, peer);
        }
        foreach (var neighbour in request.Neighbours)
            if (!keys.Add(Text(neighbour.Advertisement.SealKey)) || !keys.Add(Text(neighbour.Advertisement.MaskKey)))
                return new(MaskingRefusal.BadKey, $"A public key of client '{neighbour.Advertisement.Client}' is that of another client, or its other one.");
        return null;
    }

    public static Refused? Shares(MaskRequest request, ShareRequest asked)
    {
        var (last, known) = (0, asked.Neighbours.Select(neighbour => neighbour.Index).ToHashSet());
        foreach (var share in request.Shares)
        {
            if (share.To != asked.Index || share.From <= last || !known.Contains(share.From))
                return new(MaskingRefusal.UnknownPeer, $"A share from {share.From} for {share.To} is not one of a neighbour for this client, each once, in ascending order.");
            if (share.Bytes.Length != SealedShare.Length) return new(MaskingRefusal.BadShare, $"A sealed share has {SealedShare.Length} bytes; that from {share.From} has {share.Bytes.Length}.");
            last = share.From;
        }
        var held = request.Shares.Length + 1;
        return held >= asked.Shape.Threshold ? null : new(MaskingRefusal.TooFew, $"{held} of this client and its neighbours have shared; the threshold is {asked.Shape.Threshold}.");
    }

    public static Refused? Survivors(ImmutableArray<int> survivors, ShareRequest asked, IReadOnlyCollection<int> held, MaskingRules rules)
    {
        var (last, known) = (0, held.ToHashSet());
        foreach (var survivor in survivors)
        {
            if (survivor <= last || !known.Contains(survivor))
                return new(MaskingRefusal.UnknownPeer, $"Survivor {survivor} is none of those whose shares this client was given, each once, in ascending order.");
            last = survivor;
        }
        if (survivors.BinarySearch(asked.Index) < 0) return new(MaskingRefusal.NotIncluded, "This client has masked and is not among the survivors.");
        var needed = asked.Shape.Complete ? Math.Max(asked.Shape.Threshold, rules.Minimum) : asked.Shape.Threshold;
        return survivors.Length >= needed ? null : new(MaskingRefusal.TooFew, $"{survivors.Length} survivors among those that this client knows; at least {needed} are needed.");
    }

    private static string Text(ImmutableArray<byte> key) => Convert.ToBase64String(key.AsSpan());

    private static IEnumerable<(int Index, string Client)> All(ShareRequest request, string client)
    {
        var own = false;
        foreach (var neighbour in request.Neighbours)
        {
            if (!own && neighbour.Index >= request.Index)
            {
                own = true;
                yield return (request.Index, client);
            }
            yield return (neighbour.Index, neighbour.Advertisement.Client);
        }
        if (!own) yield return (request.Index, client);
    }
}
