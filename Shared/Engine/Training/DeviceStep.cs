using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Engine.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Engine.Training;

/// <summary>Steps by libtorch's own clipping and optimisers, on whatever device the parameters are: to bring parameters and gradients to the host and back would take longer
/// than a step of a GPU. The numbers are those of <see cref="HostStep"/> but for rounding.</summary>
internal sealed class DeviceStep : ParameterStep
{
    private readonly OptimizerSpec _spec;
    private readonly TrainingSpec _training;
    private readonly FlatParameters _parameters;
    private readonly ImmutableArray<int> _trainable;   // by place: a model of one's own may change its tensors, but not the memory under them
    private readonly ImmutableArray<Parameter> _aliases;
    private optim.Optimizer? _optimizer;

    public DeviceStep(FlatParameters parameters, TrainingSpec training)
    {
        (_spec, _training, _parameters) = (training.Optimizer, training, parameters);
        _trainable = [.. parameters.Tensors.Index().Where(tensor => tensor.Item.requires_grad).Select(tensor => tensor.Index)];
        using var disposal = NewDisposeScope();
        // The optimisers take parameters of modules: leaves with a gradient of their own, over the memory of the replica's tensors.
        _aliases = [.. _trainable.Select(place => (Parameter)new Parameter(parameters.Tensors[place].detach()).DetachFromDisposeScope())];
    }

    public override void Reset()
    {
        _optimizer?.Dispose();
        _optimizer = null;
    }

    public override void Take(double rate)
    {
        using var disposal = NewDisposeScope();
        for (var i = 0; i < _trainable.Length; i++) _aliases[i].grad = _parameters.Tensors[_trainable[i]].grad;
        if (_training.ClipValue is { } magnitude) nn.utils.clip_grad_value_(_aliases, magnitude);
        if (_training.ClipNorm is { } bound) nn.utils.clip_grad_norm_(_aliases, bound);
        _optimizer ??= Create();
        foreach (var group in _optimizer.ParamGroups) group.LearningRate = rate;
        _optimizer.step();
        foreach (var alias in _aliases) alias.grad = null;
    }

    public override void Dispose()
    {
        Reset();
        foreach (var alias in _aliases) alias.Dispose();
    }

    private optim.Optimizer Create() => _spec.Name switch
    {
        OptimizerName.Sgd => optim.SGD(_aliases, _spec.LearningRate, _spec.Momentum, 0, _spec.WeightDecay, _spec.Nesterov),
        OptimizerName.RmsProp => optim.RMSProp(_aliases, _spec.LearningRate, _spec.Alpha, _spec.Epsilon, _spec.WeightDecay, _spec.Momentum),
        OptimizerName.Adagrad => optim.Adagrad(_aliases, _spec.LearningRate, 0, _spec.WeightDecay, 0, _spec.Epsilon),
        OptimizerName.Adam => optim.Adam(_aliases, _spec.LearningRate, _spec.Beta1, _spec.Beta2, _spec.Epsilon, _spec.WeightDecay),
        OptimizerName.AdamW => optim.AdamW(_aliases, _spec.LearningRate, _spec.Beta1, _spec.Beta2, _spec.Epsilon, _spec.WeightDecay),
        _ => throw new InvalidOperationException($"{_spec.Name} is not a known optimiser."),
    };
}
