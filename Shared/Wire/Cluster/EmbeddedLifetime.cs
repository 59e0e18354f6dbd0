using Microsoft.Extensions.Hosting;

namespace Federated.Wire.Cluster;

/// <summary>Leaves signals and the console to whoever owns the process: the node may be one of several inside a command.</summary>
public sealed class EmbeddedLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
