using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Layers;

/// <summary>x Wᵀ + b, with W of shape [out, in]; of each step by itself in a sequence.</summary>
internal sealed class Dense(Tensor weight, Tensor? bias) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) => F.linear(input, weight, bias);
}
