using System.Collections.Immutable;

namespace Federated.Wire.Cluster;

/// <summary>A node was to start with options that break their rules.</summary>
/// <param name="errors">All errors, one sentence each.</param>
public sealed class NodeOptionsException(ImmutableArray<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>All errors, one sentence each.</summary>
    public ImmutableArray<string> Errors { get; } = errors;
}
