using static TorchSharp.torch;

namespace Federated.Engine.Layers;

/// <summary>x Wᵀ + b, with W of shape [out, in]; of each step by itself in a sequence.</summary>
internal sealed class Dense(Tensor weight, Tensor? bias) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) => Products.Linear(input, weight, bias, pass);
}
