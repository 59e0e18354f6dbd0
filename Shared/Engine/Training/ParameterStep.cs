using Federated.Core.Jobs;
using Federated.Engine.Models;

namespace Federated.Engine.Training;

/// <summary>Moves a replica's parameters by their gradients: clipping, then the optimiser. Not thread-safe.</summary>
internal abstract class ParameterStep : IDisposable
{
    /// <summary>The steps that a job asks for: arithmetic on the host's memory where the parameters are there, else libtorch's optimisers on their device.</summary>
    public static ParameterStep Create(FlatParameters parameters, TrainingSpec training) =>
        parameters.IsOnHost ? new HostStep(parameters, training) : new DeviceStep(parameters, training);

    /// <summary>Forgets everything: a new round begins.</summary>
    public abstract void Reset();

    /// <summary>Takes a step. Afterwards the gradients are of no use.</summary>
    /// <param name="rate">Its learning rate, at least 0.</param>
    public abstract void Take(double rate);

    /// <summary>Frees native memory.</summary>
    public abstract void Dispose();
}
