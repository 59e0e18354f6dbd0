using Federated.Core.Jobs;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Training;

/// <summary>Steps in the host's memory.</summary>
internal sealed class HostStep(FlatParameters parameters, TrainingSpec training) : ParameterStep
{
    private readonly Optimizer _optimizer = Optimizer.Create(training.Optimizer, parameters.Schema.Count);

    public override void Reset() => _optimizer.Reset();

    public override void Take(double rate)
    {
        using var disposal = NewDisposeScope();
        var gradients = new Tensor?[parameters.Tensors.Length];
        for (var i = 0; i < gradients.Length; i++) gradients[i] = parameters.Tensors[i].grad;

        GradientClipping.Clip(gradients, training);
        _optimizer.BeginStep(rate);
        for (var i = 0; i < gradients.Length; i++)
            if (gradients[i] is { } gradient) _optimizer.Update(parameters.Offsets[i], parameters.Tensors[i].Floats(), gradient.Floats());
    }

    public override void Dispose()
    {
    }
}
