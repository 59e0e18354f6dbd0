using Federated.Core.Jobs;

namespace Federated.Core.Models;

/// <summary>A trained vector for each symbol of a vocabulary: [T] symbols to [T, size]. Index 0 is padding: its vector is 0 and stays 0.</summary>
public sealed record EmbeddingLayer : LayerSpec
{
    /// <value>Values of a vector.</value>
    [JobField("Values that a symbol's vector has.", Minimum = 1, Maximum = 65_536, Required = true)]
    public int Size { get; init; }
}
