using System.Globalization;
using Federated.Core.Jobs;
using Federated.Core.Randomness;

namespace Federated.Core.Simulating;

/// <summary>When the clients of a simulation drop out: drawn by the job's seed, for each client, round and attempt anew, so that an attempt that failed for too many of them is not bound to fail again.</summary>
public static class DropOuts
{
    /// <summary>What a client's owner and the coordinator are told.</summary>
    public const string Reason = "it drops out, as simulation.drop_out has it.";

    /// <summary>When a client leaves; null where it stays.</summary>
    /// <param name="job">A checked job.</param>
    /// <param name="client">Its name.</param>
    /// <param name="round">1-based.</param>
    /// <param name="attempt">1-based.</param>
    public static DropOutMoment? Of(JobSpec job, string client, int round, int attempt)
    {
        if (job.Simulation.DropOut == 0) return null;
        var random = new RandomStream(SeedTree.Derive(job.Seed, "drop out " + attempt.ToString(CultureInfo.InvariantCulture), round, client));
        if (random.NextDouble() >= job.Simulation.DropOut) return null;
        return job.Privacy.SecureAggregation.Enabled ? (DropOutMoment)random.Next(3) : DropOutMoment.Trained;
    }
}

/// <summary>When a client drops out of a round.</summary>
public enum DropOutMoment
{
    /// <summary>It has trained, and sends nothing.</summary>
    Trained,

    /// <summary>It has shared its secrets, and does not mask: others have masked with it.</summary>
    Shared,

    /// <summary>It has masked, and opens nothing: its vector counts.</summary>
    Masked,
}
