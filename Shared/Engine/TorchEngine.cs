using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Engine.Data;

namespace Federated.Engine;

/// <summary>The engine on libtorch, on this machine's processor or GPU. Making one settles how the process uses libtorch (<see cref="LibtorchSetup"/>), so make
/// it before anything else touches a tensor. Thread-safe.</summary>
public sealed class TorchEngine : IEngine
{
    private readonly DatasetStore _store;
    private readonly ComputeDevice _device;

    /// <summary>On the processor.</summary>
    /// <param name="store">Loads data sets, and shares what it has loaded.</param>
    public TorchEngine(DatasetStore store) : this(store, ComputeDevice.Cpu)
    {
    }

    /// <summary>On a device.</summary>
    /// <param name="store">Loads data sets, and shares what it has loaded.</param>
    /// <param name="device">Where models are trained and measured.</param>
    /// <exception cref="EngineException">The device is not there; the message says what to do.</exception>
    public TorchEngine(DatasetStore store, ComputeDevice device)
    {
        if (device.WhyMissing() is { } missing) throw new EngineException(missing);
        // Of the processor libtorch is loaded when a run needs it.
        if (device != ComputeDevice.Cpu) LibtorchSetup.EnsureGpu();
        (_store, _device) = (store, device);
    }

    /// <inheritdoc/>
    public async Task<IRunEngine> OpenAsync(JobSpec job, ImmutableArray<string> localClients, CancellationToken cancellation)
    {
        LibtorchSetup.Ensure();
        var data = await _store.LoadAsync(job.Data, job.Seed, localClients, cancellation);
        return new RunEngine(job, data, _device);
    }
}
