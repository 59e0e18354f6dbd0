using Microsoft.Extensions.Hosting;

namespace Federated.Worker.Hosting;

/// <summary>Leaves signals and the console to whoever owns the process: the worker may be one of several inside a command.</summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
