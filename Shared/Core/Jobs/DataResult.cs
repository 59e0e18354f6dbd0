using System.Collections.Immutable;

namespace Federated.Core.Jobs;

/// <summary>The data section of a job: either what it says or everything that is wrong with it.</summary>
/// <param name="Job">The job, of which only seed and data have been checked; null when there are errors.</param>
/// <param name="Errors">In the order of the text; empty with a job.</param>
public sealed record DataResult(JobSpec? Job, ImmutableArray<JobError> Errors);
