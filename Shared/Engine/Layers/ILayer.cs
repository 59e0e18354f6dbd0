using static TorchSharp.torch;

namespace Federated.Engine.Layers;

/// <summary>One layer's computation on tensors that it does not own.</summary>
internal interface ILayer
{
    /// <param name="input">Shape [batch, ...] as planned.</param>
    /// <param name="pass">Training or evaluation.</param>
    Tensor Forward(Tensor input, ForwardPass pass);
}
