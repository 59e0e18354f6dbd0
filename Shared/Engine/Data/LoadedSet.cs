using System.Collections.Immutable;

namespace Federated.Engine.Data;

/// <summary>A data set as it was read, before it is divided among clients.</summary>
/// <param name="InputShape">Shape of one example.</param>
/// <param name="Classes">Number of classes; 0 for regression.</param>
/// <param name="Train">Training examples; without a test set of its own, all examples.</param>
/// <param name="Test">The set's own test examples; null where a share of the examples is to be set aside.</param>
/// <param name="Owners">The client of every example of <paramref name="Train"/>; empty where the data does not say.</param>
internal sealed record LoadedSet(ImmutableArray<int> InputShape, int Classes, ExampleSet Train, ExampleSet? Test, ImmutableArray<string> Owners);
