using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Layers;

/// <summary>Batch normalisation. A training pass normalises by the batch and moves the running statistics in place; evaluation uses them.</summary>
internal sealed class BatchNorm(Tensor weight, Tensor bias, Tensor mean, Tensor variance, double momentum, double epsilon) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) => F.batch_norm(input, mean, variance, weight, bias, pass.IsTraining, momentum, epsilon);
}

/// <summary>Group normalisation over channels.</summary>
internal sealed class GroupNorm(Tensor weight, Tensor bias, int groups, double epsilon) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) => F.group_norm(input, groups, weight, bias, epsilon);
}

/// <summary>Layer normalisation over the features.</summary>
internal sealed class LayerNorm(Tensor weight, Tensor bias, double epsilon) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) => F.layer_norm(input, [weight.shape[0]], weight, bias, epsilon);
}
