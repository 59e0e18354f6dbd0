using System.Collections.Immutable;

namespace Federated.Core.Partitioning;

/// <summary>The examples that one client owns.</summary>
/// <param name="Id">The client's name: <c>client-0</c>, <c>client-1</c> ... where the partition makes the clients.</param>
/// <param name="Examples">Indices of examples, ascending, at least one.</param>
public sealed record ClientShare(string Id, ImmutableArray<int> Examples);
