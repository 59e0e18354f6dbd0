using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Engine.Data;

namespace Federated.Engine;

/// <summary>The engine on libtorch, on this machine's processor. Making one settles how the process uses libtorch (<see cref="LibtorchSetup"/>), so make
/// it before anything else touches a tensor. Thread-safe.</summary>
/// <param name="store">Loads data sets, and shares what it has loaded.</param>
public sealed class TorchEngine(DatasetStore store) : IEngine
{
    /// <inheritdoc/>
    public async Task<IRunEngine> OpenAsync(JobSpec job, ImmutableArray<string> localClients, CancellationToken cancellation)
    {
        LibtorchSetup.Ensure();
        var data = await store.LoadAsync(job.Data, job.Seed, localClients, cancellation);
        return new RunEngine(job, data);
    }
}
