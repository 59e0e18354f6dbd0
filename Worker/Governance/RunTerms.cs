using Federated.Core.Jobs;
using Federated.Core.Privacy.Governance;

namespace Federated.Worker.Governance;

/// <summary>What the gate keeps of a job that was admitted.</summary>
/// <param name="Privacy">What protects its updates.</param>
/// <param name="Data">The shared data set of which clients are parts; null with placement local, where a client is what this worker calls so in every job.</param>
internal sealed record RunTerms(JobPrivacy Privacy, string? Data)
{
    /// <summary>The terms of a job.</summary>
    public static RunTerms Of(JobSpec job) => new(
        JobPrivacy.Of(job),
        job.Data.Placement == Placement.Local ? null : job.Data.Path is { } path ? $"{job.Data.Name} {path}" : job.Data.Name);

    /// <summary>Whose privacy an update of a client spends.</summary>
    public string AccountOf(string client) => Data is null ? client : $"{Data}: {client}";

    /// <summary>What an update gives away; null where the job does not bound it.</summary>
    public SpentRelease? ReleaseOf(string run, int round, int attempt, string client) =>
        Privacy.Release is { } release ? new(AccountOf(client), run, round, Privacy.EveryAttemptCounts ? attempt : 0, release) : null;
}
