using System.Collections.Immutable;
using Federated.Core.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Layers;

/// <summary>2-D convolution (cross-correlation, as everywhere in the field) with W of shape [out, in / groups, k, k].</summary>
/// <param name="layer">Stride, dilation and groups.</param>
/// <param name="weight">W.</param>
/// <param name="bias">Shape [out], or none.</param>
/// <param name="symmetric">Zeros on each side, [vertical, horizontal].</param>
/// <param name="explicitly">Zeros as left, right, top, bottom where the two sides differ; else null.</param>
internal sealed class Convolution(Conv2dLayer layer, Tensor weight, Tensor? bias, long[] symmetric, long[]? explicitly) : ILayer
{
    private readonly long[] _strides = [layer.Stride, layer.Stride];
    private readonly long[] _dilation = [layer.Dilation, layer.Dilation];

    public static Convolution Create(Conv2dLayer layer, ImmutableArray<int> input, Tensor weight, Tensor? bias)
    {
        if (layer.Padding == Padding.Valid) return new Convolution(layer, weight, bias, [0, 0], null);
        var covered = Shapes.Covered(layer.Kernel, layer.Dilation);
        var (top, bottom) = Shapes.SamePadding(input[1], covered, layer.Stride);
        var (left, right) = Shapes.SamePadding(input[2], covered, layer.Stride);
        return top == bottom && left == right
            ? new Convolution(layer, weight, bias, [top, left], null)
            : new Convolution(layer, weight, bias, [0, 0], [left, right, top, bottom]);
    }

    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        if (explicitly is null) return Product(input, pass);
        using var padded = F.pad(input, explicitly);
        return Product(padded, pass);
    }

    private Tensor Product(Tensor input, ForwardPass pass) =>
        Products.Of(input, weight, bias, pass, (x, w, b) => F.conv2d(x, w, b, _strides, symmetric, _dilation, layer.Groups));
}
