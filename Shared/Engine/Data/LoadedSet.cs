using System.Collections.Immutable;
using Federated.Core.Models;

namespace Federated.Engine.Data;

/// <summary>A data set as it was read, before it is divided among clients.</summary>
/// <param name="Shape">What it gives to a model and wants of it.</param>
/// <param name="Train">Training examples; without a test set of its own, all examples.</param>
/// <param name="Test">The set's own test examples; null where a share of the examples is to be set aside.</param>
/// <param name="Owners">The client of every example of <paramref name="Train"/>; empty where the data does not say.</param>
internal sealed record LoadedSet(DataShape Shape, ExampleSet Train, ExampleSet? Test, ImmutableArray<string> Owners)
{
    /// <summary>The client of every example of <see cref="Test"/>; empty where the data does not say, or has no test set of its own.</summary>
    public ImmutableArray<string> TestOwners { get; init; } = [];

    /// <summary>Clients that are not among the owners because their data cannot be used, in the order of their names.</summary>
    public ImmutableArray<ClientFault> Faults { get; init; } = [];
}
