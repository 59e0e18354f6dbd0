using System.Collections.Immutable;
using Federated.Core.Models;

namespace Federated.Engine.Data;

/// <summary>A loaded data set and who owns what of it. Immutable.</summary>
/// <param name="Shape">What it gives to a model and wants of it.</param>
/// <param name="Train">All training examples; clients own them by index.</param>
/// <param name="Test">The central test set; no examples where there is none.</param>
/// <param name="Clients">In partition order. Index lists of different clients do not overlap.</param>
public sealed record FederatedData(DataShape Shape, ExampleSet Train, ExampleSet Test, ImmutableArray<ClientData> Clients)
{
    /// <summary>Clients whose data cannot be used: they are not among <see cref="Clients"/>.</summary>
    public ImmutableArray<ClientFault> Faults { get; init; } = [];
}

/// <summary>One client's share, as indices into the training examples (and, for <paramref name="Test"/>, into the test examples).</summary>
/// <param name="Id">The client's name: <c>client-0</c>, <c>client-1</c> ... for made partitions, the column's value for natural ones, the announced name for local ones.</param>
/// <param name="Train">Examples that it trains on.</param>
/// <param name="Validation">Examples that it keeps for validation; may be empty.</param>
/// <param name="Test">Test examples that it owns, with placement local and natural partitions; else empty.</param>
public sealed record ClientData(string Id, ImmutableArray<int> Train, ImmutableArray<int> Validation, ImmutableArray<int> Test);
