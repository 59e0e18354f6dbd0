using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Core.Jobs;
using Federated.Engine;
using Federated.Engine.Data;

namespace Federated.Cli.Local;

/// <summary>Finds out whether a job can be run here before a worker does, so that the answer is one sentence and not a failed run.</summary>
internal static class JobPreflight
{
    /// <summary>Reads the data set; it stays in the store.</summary>
    /// <exception cref="CommandException">It is missing or broken; the message says where was looked and how to get it.</exception>
    public static async Task CheckDataAsync(DatasetStore store, JobSpec job, CancellationToken cancellation)
    {
        // One client that owns all: whether the data can be spread as the job says is another question, with another answer. Where clients own their files by
        // nature, one that cannot be used is no reason to refuse the others.
        var natural = job.Data.Partition.Kind == PartitionKind.Natural;
        var whole = natural ? job.Data with { Validation = 0 } : job.Data with { Clients = 1, Partition = new PartitionSpec(), Validation = 0 };
        await RefuseAsync(store.LoadAsync(whole, job.Seed, [], cancellation), ExitCodes.DataMissing);
    }

    /// <summary>Spreads the data over clients and plans the model for it.</summary>
    /// <exception cref="CommandException">The job does not fit the data; the message has every reason.</exception>
    public static async Task CheckFitAsync(IEngine engine, JobSpec job, CancellationToken cancellation)
    {
        using var fits = await RefuseAsync(engine.OpenAsync(job, [], cancellation), ExitCodes.JobInvalid);
    }

    private static async Task<T> RefuseAsync<T>(Task<T> check, int exitCode)
    {
        try
        {
            return await check;
        }
        catch (EngineException e)
        {
            throw new CommandException(exitCode, e.Message, remedy: "", e);
        }
    }
}
