using System.Collections.Immutable;

namespace Federated.Coordinator.Options;

/// <summary>A node was to start with options that break the rules of <see cref="CoordinatorOptionsValidator"/>.</summary>
/// <param name="errors">All errors, one sentence each.</param>
public sealed class CoordinatorOptionsException(ImmutableArray<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>All errors, one sentence each.</summary>
    public ImmutableArray<string> Errors { get; } = errors;
}
