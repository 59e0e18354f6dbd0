using Federated.Core.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Layers;

/// <summary>An element-wise function, or softmax over the features.</summary>
internal sealed class ActivationFunction(Activation activation, bool inPlace) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) => activation switch
    {
        Activation.Relu => F.relu(input, inPlace),
        Activation.Sigmoid => input.sigmoid(),
        Activation.Tanh => input.tanh(),
        Activation.Gelu => F.gelu(input),
        Activation.LeakyRelu => F.leaky_relu(input, 0.01),
        Activation.Elu => F.elu(input, 1),
        Activation.Selu => F.selu(input),
        Activation.Silu => F.silu(input),
        Activation.Mish => F.mish(input),
        Activation.Softplus => F.softplus(input),
        Activation.Softmax => F.softmax(input, input.dim() == 4 ? 1 : -1),
        _ => throw new InvalidOperationException($"{activation} has no computation."),
    };
}
