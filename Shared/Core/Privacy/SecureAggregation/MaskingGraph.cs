using System.Collections.Immutable;
using Federated.Core.Randomness;

namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>Who masks with whom: each client with each (Bonawitz et al. 2017), or in a larger cohort with k others (Bell et al. 2020): clients are put on a circle in random order, and each is linked with the k / 2 on both sides.
/// Immutable and thread-safe.</summary>
public sealed class MaskingGraph
{
    /// <summary>Fewest clients of a sparse graph that is worked out: 100. In smaller cohorts whole numbers decide (a fifth of nine clients is one, and 4 neighbours with a threshold of 2 would do), and there is little to save.</summary>
    public const int FewestSparse = 100;

    // _places[client - 1] is a client's place on the circle, _clients[place] the client there.
    private readonly int[] _places;
    private readonly int[] _clients;

    private MaskingGraph(GraphShape shape, int[] clients)
    {
        (Shape, _clients, _places) = (shape, clients, new int[clients.Length]);
        for (var place = 0; place < clients.Length; place++) _places[clients[place] - 1] = place;
    }

    /// <summary>Degree and threshold.</summary>
    public GraphShape Shape { get; }

    /// <summary>Works out degree and threshold for those who advertised. Everybody comes to the same result.</summary>
    /// <remarks>
    /// With nothing declared and from <see cref="FewestSparse"/> clients on: the smallest even k, and for it the smallest t, with which three bad events of Bell et al. are as improbable as <see cref="MaskingRules"/> asks, with γ n corrupt clients and δ n drop-outs: an honest client has t
    /// corrupt neighbours, or the honest clients that stay fall into parts (2^-σ together), or somebody is left with fewer than t neighbours (2^-η). Deviations: one bit of σ goes to each of the first two; the client's own share is
    /// not counted, although it is there. In smaller cohorts, where no k up to n / 2 does, and with identities, the graph is complete and t = ⌊2n/3⌋ + 1, which a coordinator that tells clients different things cannot reach twice with fewer than n/3
    /// clients on its side; with identities a smaller declared threshold is raised to it. A declared threshold without declared neighbours is one of the complete graph; declared neighbours without a threshold get t = ⌊2(k+1)/3⌋ + 1.
    /// </remarks>
    /// <param name="clients">n, those who advertised, at least <see cref="MaskingRules.Needed"/>.</param>
    /// <param name="rules">What the job says.</param>
    /// <exception cref="ArgumentException">The rules are at fault, or there are too few clients for them.</exception>
    public static GraphShape Choose(int clients, MaskingRules rules)
    {
        if (rules.Fault() is { } fault) throw new ArgumentException(fault, nameof(rules));
        ArgumentOutOfRangeException.ThrowIfLessThan(clients, rules.Needed);
        var complete = new GraphShape(clients, clients - 1, rules.Identities ? Math.Max(rules.Threshold ?? 0, TwoThirds(clients)) : rules.Threshold ?? TwoThirds(clients));
        if (rules.Neighbours is { } declared)
        {
            var even = declared + (declared & 1);
            return even >= clients - 1 ? complete : new(clients, even, rules.Threshold ?? TwoThirds(even + 1));
        }
        if (clients < FewestSparse || rules.Identities || rules.Threshold is not null) return complete;
        for (var k = 2; 2 * k <= clients; k += 2)
        {
            if (!GraphBounds.Connected(clients, k, rules.Corrupt, rules.DropOut, rules.SecurityBits)) continue;
            var t = GraphBounds.SmallestThreshold(clients, k, rules.Corrupt, rules.SecurityBits);
            if (t <= k && GraphBounds.Reaches(clients, k, t, rules.DropOut, rules.CorrectnessBits)) return new(clients, k, t);
        }
        return complete;
    }

    /// <summary>The graph of a shape.</summary>
    /// <param name="shape">From <see cref="Choose"/>.</param>
    /// <param name="seed">Of the permutation, where the graph is not complete. The coordinator draws it from a cryptographic source once everybody has advertised: see docs/privacy.md on what this rests on.</param>
    public static MaskingGraph Build(GraphShape shape, ulong seed)
    {
        var clients = new int[shape.Clients];
        for (var i = 0; i < clients.Length; i++) clients[i] = i + 1;
        if (!shape.Complete) new RandomStream(seed).Shuffle(clients.AsSpan());
        return new(shape, clients);
    }

    /// <summary>The neighbours of a client, ascending, without itself.</summary>
    /// <param name="client">Index, 1 to n.</param>
    public ImmutableArray<int> Neighbours(int client)
    {
        var neighbours = new int[Shape.Neighbours];
        for (var i = 0; i < neighbours.Length; i++) neighbours[i] = Neighbour(client, i);
        Array.Sort(neighbours);
        return [.. neighbours];
    }

    /// <summary>Of each client how many of its neighbours are in a set, and the client itself if it is. One pass around the circle, whatever the degree.</summary>
    /// <param name="set">By index, [n + 1]; the entry at 0 is not used.</param>
    /// <returns>By index, [n + 1]; likewise.</returns>
    internal int[] CountsAround(bool[] set)
    {
        var (n, ahead, behind) = (Shape.Clients, Ahead, Shape.Neighbours - Ahead);
        var (counts, count) = (new int[n + 1], 0);
        for (var place = -behind; place <= ahead; place++) count += At(place);
        for (var place = 0; place < n; place++)
        {
            counts[_clients[place]] = count;
            count += At(place + 1 + ahead) - At(place - behind);
        }
        return counts;

        int At(int place) => set[_clients[(place + n) % n]] ? 1 : 0;
    }

    // In a fixed order that is not ascending: the next ones on the circle, then the ones before.
    private int Neighbour(int client, int i)
    {
        var (n, ahead) = (Shape.Clients, Ahead);
        var place = _places[client - 1] + (i < ahead ? i + 1 : n - (i - ahead + 1));
        return _clients[place % n];
    }

    // Of the complete graph with an odd degree one side has one more.
    private int Ahead => (Shape.Neighbours + 1) / 2;

    private static int TwoThirds(int holders) => 2 * holders / 3 + 1;
}
