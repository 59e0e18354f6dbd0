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
    private static readonly ConcurrentDictionary<(PrivacyMechanism, double, double, int, CohortSpec, int, int), CalibratedNoise> Found = [];

    /// <summary>How many clients the coordinator will know of before any worker is there; null where only workers know.</summary>
    public static int? Population(JobSpec job) => job.Data is { Placement: Placement.Shared, Partition.Kind: not PartitionKind.Natural } data ? data.Clients : null;

    /// <summary>The noise, or why there is none.</summary>
    /// <param name="job">With an ε.</param>
    public static CalibratedNoise Of(JobSpec job)
    {
        var spec = job.Privacy.Differential;
        var (sampled, population) = Population(job) is { } clients ? (CohortSelection.Wanted(job.Federation.Cohort, clients), clients) : (0, 1);
        if (Found.Count > MostJobs) Found.Clear();
        return Found.GetOrAdd((spec.Mechanism, spec.Epsilon!.Value, spec.Delta, job.Federation.Rounds, job.Federation.Cohort, population, job.Privacy.SecureAggregation.Bits), _ => NoiseCalibration.NoiseMultiplier(
            noise => PrivacyLedger.Empty.Add(PrivacyPlan.EventOf(job, noise, sampled, population), job.Federation.Rounds), spec.Epsilon.Value, spec.Delta, AccountantKind.Renyi));
    }
}
