using Federated.Core.Randomness;
using static TorchSharp.torch;

namespace Federated.Engine.Layers;

/// <summary>One pass through a model.</summary>
/// <param name="Draws">A training pass draws from here; null for evaluation.</param>
/// <param name="Symbols">The model's own input where that is indices, int64 [batch, T]: an index 0 is padding, which layers over time leave out. Null for numbers.</param>
/// <param name="InBfloat16">Whether products have factors in bfloat16, see <see cref="Products"/>.</param>
internal readonly record struct ForwardPass(RandomStream? Draws, Tensor? Symbols, bool InBfloat16 = false)
{
    /// <summary>Whether the model is being trained.</summary>
    public bool IsTraining => Draws is not null;
}
