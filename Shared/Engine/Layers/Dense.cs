using Federated.Core.Randomness;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Layers;

/// <summary>x Wᵀ + b, with W of shape [out, in].</summary>
internal sealed class Dense(Tensor weight, Tensor? bias) : ILayer
{
    public Tensor Forward(Tensor input, RandomStream? draws) => F.linear(input, weight, bias);
}
