using System.Collections.Immutable;

namespace Federated.Worker.Options;

/// <summary>A worker was to start with options that break the rules of <see cref="WorkerOptionsValidator"/>.</summary>
/// <param name="errors">All errors, one sentence each.</param>
public sealed class WorkerOptionsException(ImmutableArray<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>All errors, one sentence each.</summary>
    public ImmutableArray<string> Errors { get; } = errors;
}
