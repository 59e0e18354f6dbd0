using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.OwnModels;

namespace Federated.Engine;

/// <summary>The engine on libtorch, on this machine's processor or GPU. Making one settles how the process uses libtorch (<see cref="LibtorchSetup"/>), so make
/// it before anything else touches a tensor. Thread-safe.</summary>
public sealed class TorchEngine : IEngine
{
    private readonly DatasetStore _store;
    private readonly ComputeDevice _device;
    private readonly ModelFolders _models;

    /// <summary>On the processor.</summary>
    /// <param name="store">Loads data sets, and shares what it has loaded.</param>
    /// <param name="models">Where models of one's own may be loaded from; null allows none.</param>
    public TorchEngine(DatasetStore store, ModelFolders? models = null) : this(store, ComputeDevice.Cpu, models)
    {
    }

    /// <summary>On a device.</summary>
    /// <param name="store">Loads data sets, and shares what it has loaded.</param>
    /// <param name="device">Where models are trained and measured.</param>
    /// <param name="models">Where models of one's own may be loaded from; null allows none.</param>
    /// <exception cref="EngineException">The device is not there; the message says what to do.</exception>
    public TorchEngine(DatasetStore store, ComputeDevice device, ModelFolders? models = null)
    {
        if (device.WhyMissing() is { } missing) throw new EngineException(missing);
        // Of the processor libtorch is loaded when a run needs it.
        if (device != ComputeDevice.Cpu) LibtorchSetup.EnsureGpu();
        (_store, _device, _models) = (store, device, models ?? ModelFolders.None);
    }

    /// <inheritdoc/>
    public string? Notice => LibtorchSetup.Notice;

    /// <inheritdoc/>
    public async Task<IRunEngine> OpenAsync(JobSpec job, ImmutableArray<string> localClients, CancellationToken cancellation)
    {
        LibtorchSetup.Ensure();
        // First, since a worker that does not allow it need not read any data.
        var file = job.Model.IsOwn ? ModelFile.Read(job.Model, _models) : null;
        var data = await _store.LoadAsync(job.Data, job.Seed, localClients, cancellation);
        return new RunEngine(job, data, _device, file);
    }
}
