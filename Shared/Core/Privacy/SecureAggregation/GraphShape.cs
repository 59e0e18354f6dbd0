namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>Degree and threshold of a graph of clients.</summary>
/// <param name="Clients">n, at least 2.</param>
/// <param name="Neighbours">k, 1 to n - 1; n - 1 is the complete graph, anything else is even.</param>
/// <param name="Threshold">t, 2 to k + 1: shares that open a secret. A secret has k + 1: one with each neighbour and one with the client itself.</param>
public readonly record struct GraphShape(int Clients, int Neighbours, int Threshold)
{
    /// <value>Each is a neighbour of each.</value>
    public bool Complete => Neighbours == Clients - 1;
}
