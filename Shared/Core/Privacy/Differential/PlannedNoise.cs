using System.Collections.Concurrent;
using Federated.Core.Jobs;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Rounds;

namespace Federated.Core.Privacy.Differential;

/// <summary>The smallest noise with which all rounds of a job keep its ε. Thread-safe.</summary>
internal static class PlannedNoise
{
    private const int MostJobs = 1024;

    // The same job is asked about by its check, its notices and its run. Forgotten all together, so that a process that lives for long does not grow.
    private static readonly ConcurrentDictionary<(DifferentialSpec, CohortSpec, int Rounds, int Population, int Bits), CalibratedNoise> Found = [];

    /// <summary>How many clients the coordinator will know of before any worker is there; null where only workers know.</summary>
    public static int? Population(JobSpec job) => job.Data is { Placement: Placement.Shared, Partition.Kind: not PartitionKind.Natural } data ? data.Clients : null;

    /// <summary>Why the job's accountant cannot reckon what its rounds give away; null where it can.</summary>
    public static string? Refusal(JobSpec job) =>
        PrivacyAccountant.Refusal(PrivacyLedger.Empty.Add(PrivacyPlan.EventOf(job, noise: 1, sampled: 0, population: 1)), job.Privacy.Differential.Delta, job.Privacy.Differential.Accountant);

    /// <summary>The noise, or why there is none.</summary>
    /// <param name="job">With an ε.</param>
    public static CalibratedNoise Of(JobSpec job)
    {
        var spec = job.Privacy.Differential;
        var (sampled, population) = Population(job) is { } clients ? (CohortSelection.Wanted(job.Federation.Cohort, clients), clients) : (0, 1);
        if (Found.Count > MostJobs) Found.Clear();
        return Found.GetOrAdd((spec, job.Federation.Cohort, job.Federation.Rounds, population, job.Privacy.SecureAggregation.Bits), _ => NoiseCalibration.NoiseMultiplier(
            noise => PrivacyLedger.Empty.Add(PrivacyPlan.EventOf(job, noise, sampled, population), PrivacyPlan.Events(job)), spec.Epsilon!.Value, spec.Delta, spec.Accountant));
    }
}
