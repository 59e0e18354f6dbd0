using Federated.Core.Jobs;

namespace Federated.Core.Tests.Privacy.Differential;

/// <summary>Jobs with differential privacy, as they are read.</summary>
internal static class PrivateJobs
{
    /// <summary>central with noise multiplier 1 and clip 1, twenty clients.</summary>
    public static JobSpec Central(params string[] keys) => Of("{mechanism: central, noise_multiplier: 1, delta: 1e-3}", keys);

    /// <summary>distributed with noise multiplier 2 and clip 1, twenty clients, at least ten in a sum.</summary>
    public static JobSpec Distributed(params string[] keys) =>
        Of("{mechanism: distributed, noise_multiplier: 2, delta: 1e-3}", ["privacy.secure_aggregation={enabled: true, bits: 12}", "federation.cohort.minimum=10", .. keys]);

    /// <summary>Any mechanism.</summary>
    public static JobSpec Of(string differential, params string[] keys)
    {
        var read = JobReader.Read(DefaultJob.Yaml, ["data.clients=20", $"privacy.differential={differential}", .. keys]);
        Assert.Empty(read.Errors);
        return read.Job!;
    }
}
