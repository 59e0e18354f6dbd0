using System.Collections.Immutable;

namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>Degree and threshold of a graph of clients.</summary>
/// <param name="Clients">n, at least 2.</param>
/// <param name="Neighbours">k, 1 to n - 1; n - 1 is the complete graph.</param>
/// <param name="Threshold">t, 1 to k + 1: shares that open a secret. A secret has k + 1: one with each neighbour and one with the client itself.</param>
public readonly record struct GraphShape(int Clients, int Neighbours, int Threshold)
{
    /// <value>Each is a neighbour of each.</value>
    public bool Complete => Neighbours == Clients - 1;
}

/// <summary>Who masks with whom: each client with each (Bonawitz et al. 2017), or in a larger cohort with k others (Bell et al. 2020).</summary>
public sealed class MaskingGraph
{
    private readonly int[] _places;
    private readonly int[] _clients;

    private MaskingGraph(GraphShape shape, int[] places, int[] clients) => (Shape, _places, _clients) = (shape, places, clients);

    /// <summary>Degree and threshold.</summary>
    public GraphShape Shape { get; }

    /// <summary>Works out degree and threshold for those who advertised. Everybody comes to the same result.</summary>
    /// <param name="clients">n, those who advertised, at least 2.</param>
    /// <param name="rules">What the job says.</param>
    /// <exception cref="ArgumentException">The rules cannot be met with so many clients: the message says why.</exception>
    public static GraphShape Choose(int clients, MaskingRules rules) => throw new NotImplementedException();

    /// <summary>The graph of a shape.</summary>
    /// <param name="shape">From <see cref="Choose"/>.</param>
    /// <param name="seed">Of the permutation, where the graph is not complete. The coordinator draws it from a cryptographic source once everybody has advertised: see docs/privacy.md on what this rests on.</param>
    public static MaskingGraph Build(GraphShape shape, ulong seed) => throw new NotImplementedException();

    /// <summary>The neighbours of a client, ascending, without itself.</summary>
    /// <param name="client">Index, 1 to n.</param>
    public ImmutableArray<int> Neighbours(int client) => throw new NotImplementedException();
}
