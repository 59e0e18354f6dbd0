using Federated.Core.Models;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Training;

/// <summary>Two models that training compares its own with: they are loaded once and stay. Not thread-safe.</summary>
/// <param name="plan">The model.</param>
/// <param name="device">Where they compute.</param>
internal sealed class RestingModels(ModelPlan plan, Device device) : IDisposable
{
    public ModelReplica Global { get; } = new(plan, keepSoftmax: true, device);

    public ModelReplica Previous { get; } = new(plan, keepSoftmax: true, device);

    public void Dispose()
    {
        Global.Dispose();
        Previous.Dispose();
    }
}
