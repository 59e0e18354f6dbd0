using Federated.Core.Randomness;
using static TorchSharp.torch;

namespace Federated.Engine.Layers;

/// <summary>One layer's computation on tensors that it does not own.</summary>
internal interface ILayer
{
    /// <param name="input">Shape [batch, ...] as planned.</param>
    /// <param name="draws">A training pass draws from here; null for evaluation.</param>
    Tensor Forward(Tensor input, RandomStream? draws);
}
