using Federated.Core.Jobs;
using Federated.Core.Jobs.Describing;

namespace Federated.Core.Privacy.Governance;

/// <summary>What a job says of its own privacy, as a worker's policy and its records see it. The only place that reads <see cref="PrivacySpec"/> for them.</summary>
/// <param name="SecureAggregation">Whether updates are masked.</param>
/// <param name="Mechanism">Who adds noise, as the job file has it; null for nobody.</param>
public sealed record JobPrivacy(bool SecureAggregation, string? Mechanism)
{
    /// <summary>Reads a job.</summary>
    /// <param name="job">A checked job.</param>
    public static JobPrivacy Of(JobSpec job)
    {
        var (masked, differential) = (job.Privacy.SecureAggregation.Enabled, job.Privacy.Differential);
        return new(masked, differential.Mechanism == PrivacyMechanism.None ? null : Words.Of(differential.Mechanism));
    }
}
