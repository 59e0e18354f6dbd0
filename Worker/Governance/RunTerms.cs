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
    /// <param name="run">The run.</param>
    /// <param name="round">1-based.</param>
    /// <param name="attempt">The attempt of the round.</param>
    /// <param name="client">Whose update.</param>
    /// <param name="payload">SHA-256 of the update; "" before there is one.</param>
    public SpentRelease? ReleaseOf(string run, int round, int attempt, string client, string payload) =>
        Privacy.Release is not { } release ? null
        : Privacy.EveryUpdateCounts ? new(AccountOf(client), run, round, attempt, release) { Payload = payload }
        : new(AccountOf(client), run, round, 0, release);
}
