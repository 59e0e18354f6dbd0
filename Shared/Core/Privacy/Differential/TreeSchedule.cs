using Federated.Core.Jobs;
using Federated.Core.Rounds;

namespace Federated.Core.Privacy.Differential;

/// <summary>How many rounds there are below a tree of a job, and how many trees.</summary>
internal static class TreeSchedule
{
    /// <summary>Rounds for which there are clients when each takes part once and each round is full; at least 1. Null where only the workers know how many clients there are.</summary>
    /// <param name="job">Any job.</param>
    public static int? Pass(JobSpec job) => PlannedNoise.Population(job) is { } clients ? Math.Max(1, clients / CohortSelection.Wanted(job.Federation.Cohort, clients)) : null;

    /// <summary>Leaves of each tree, at least 1. The last tree may stay unfinished and counts like the others.</summary>
    /// <param name="job">A checked job.</param>
    /// <exception cref="ArgumentException">The job does not say, and only the workers know how many clients there are.</exception>
    public static int Leaves(JobSpec job) =>
        Math.Min(job.Federation.Rounds, job.Privacy.Differential.Tree.RestartEvery ?? Pass(job) ?? throw new ArgumentException("The job does not say after how many rounds a tree begins anew.", nameof(job)));

    /// <summary>Trees that the rounds of a job begin, as long as it never goes back.</summary>
    /// <param name="job">A checked job.</param>
    public static int Trees(JobSpec job) => (job.Federation.Rounds + Leaves(job) - 1) / Leaves(job);
}
