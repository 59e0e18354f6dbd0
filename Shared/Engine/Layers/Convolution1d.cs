using Federated.Core.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Layers;

/// <summary>1-D convolution over the steps of [batch, T, features], with W of shape [out, in / groups, k].</summary>
/// <param name="layer">Stride, dilation, groups and padding.</param>
/// <param name="steps">T.</param>
/// <param name="weight">W.</param>
/// <param name="bias">Shape [out], or none.</param>
internal sealed class Convolution1d(Conv1dLayer layer, int steps, Tensor weight, Tensor? bias) : ILayer
{
    private readonly (int Before, int After) _zeros = Zeros(layer, steps);

    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        // libtorch convolves over the last dimension.
        using var channels = input.transpose(1, 2);
        using var padded = _zeros == (0, 0) ? channels.alias() : F.pad(channels, [_zeros.Before, _zeros.After]);
        using var result = Products.Of(padded, weight, bias, pass, (x, w, b) => F.conv1d(x, w, b, layer.Stride, 0, layer.Dilation, layer.Groups));
        return result.transpose(1, 2);
    }

    private static (int, int) Zeros(Conv1dLayer layer, int steps)
    {
        var covered = Shapes.Covered(layer.Kernel, layer.Dilation);
        return layer.Padding switch
        {
            SequencePadding.Valid => (0, 0),
            SequencePadding.Same => Shapes.SamePadding(steps, covered, layer.Stride),
            SequencePadding.Causal => ((int)covered - 1, 0),
            _ => throw new ArgumentException($"{layer.Padding} is not a known padding.", nameof(layer)),
        };
    }
}
