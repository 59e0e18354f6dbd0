using Federated.Core.Jobs;
using Federated.Engine;

namespace Federated.Worker.Hosting;

/// <summary>Reads the jobs that a coordinator sends. It has checked them; another version of it may know other rules.</summary>
internal static class JobText
{
    /// <exception cref="EngineException">The job breaks this worker's rules; the message lists all errors.</exception>
    public static JobSpec Read(string yaml)
    {
        var result = JobReader.Read(yaml);
        return result.Job ?? throw new EngineException($"This worker cannot read the job: {string.Join(" ", result.Errors)}");
    }
}
