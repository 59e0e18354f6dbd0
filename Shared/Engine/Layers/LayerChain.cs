using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Federated.Engine.Layers;

/// <summary>Layers one after another.</summary>
internal static class LayerChain
{
    /// <summary>Runs them. The input stays the caller's; it is the result itself where no layer makes a new tensor.</summary>
    public static Tensor Forward(this ImmutableArray<ILayer> layers, Tensor input, ForwardPass pass)
    {
        var current = input;
        foreach (var layer in layers)
        {
            var next = layer.Forward(current, pass);
            // What backward needs, the graph holds; in evaluation nothing does, and the memory is free for the next layer.
            if (!ReferenceEquals(next, current) && !ReferenceEquals(current, input)) current.Dispose();
            current = next;
        }
        return current;
    }
}
