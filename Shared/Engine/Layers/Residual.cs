using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Federated.Engine.Layers;

/// <summary>F(x) plus the shortcut of x.</summary>
/// <param name="body">F.</param>
/// <param name="shortcut">What x goes through; empty for x itself.</param>
internal sealed class Residual(ImmutableArray<ILayer> body, ImmutableArray<ILayer> shortcut) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        var (inner, beside) = (body.Forward(input, pass), shortcut.Forward(input, pass));
        var sum = inner + beside;
        if (!ReferenceEquals(inner, input)) inner.Dispose();
        if (!ReferenceEquals(beside, input)) beside.Dispose();
        return sum;
    }
}

/// <summary>Every so manieth step of a sequence [batch, T, features], from the first.</summary>
internal sealed class EveryStep(int stride) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) => input.slice(1, 0, input.shape[1], stride);
}
