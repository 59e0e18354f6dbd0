using System.Collections.Immutable;

namespace Federated.Core.Jobs;

/// <summary>A job that was read: either the checked job or everything that is wrong with it.</summary>
/// <param name="Job">The job; null when there are errors.</param>
/// <param name="Errors">All errors in the order of the text, those without a line last; empty for a good job.</param>
public sealed record JobResult(JobSpec? Job, ImmutableArray<JobError> Errors);
