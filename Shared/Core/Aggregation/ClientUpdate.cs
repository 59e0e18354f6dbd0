namespace Federated.Core.Aggregation;

/// <summary>What a client contributes to a round.</summary>
/// <param name="Client">Its name.</param>
/// <param name="Values">Shape [U].</param>
/// <param name="Weight">Above 0.</param>
public readonly record struct ClientUpdate(string Client, ReadOnlyMemory<float> Values, double Weight);
