using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Models.Rules;

/// <summary>Convolutions.</summary>
internal static class ConvolutionRules
{
    public static Signal? Convolution(LayerCheck check, Conv2dLayer convolution)
    {
        var (filters, kernel, stride, dilation, groups) = (convolution.Filters, convolution.Kernel, convolution.Stride, convolution.Dilation, convolution.Groups);
        if (!(check.AtLeastOne(filters, "filters") & check.AtLeastOne(kernel, "kernel") & check.AtLeastOne(stride, "stride")
            & check.AtLeastOne(dilation, "dilation") & check.AtLeastOne(groups, "groups")) || !check.IsImage()) return null;
        var (channels, height, width) = (check.Shape[0], check.Shape[1], check.Shape[2]);
        if (channels % groups != 0 || filters % groups != 0)
            check.Fault($"conv2d gets {check.Got} and its {groups} groups must divide both its {channels} channels and its {filters} filters");
        if (!check.Fits(filters, channels, kernel, kernel)) return null;
        if (convolution.Padding == Padding.Same) return Image(check, filters, Shapes.Same(height, stride), Shapes.Same(width, stride));
        var covered = Shapes.Covered(kernel, dilation);
        return check.Covers("kernel", covered) ? Image(check, filters, Shapes.Valid(height, (int)covered, stride), Shapes.Valid(width, (int)covered, stride)) : null;
    }

    public static ImmutableArray<TensorSpec> Tensors(LayerCheck check, Conv2dLayer convolution) =>
        check.Weights([convolution.Filters, check.Shape[0] / convolution.Groups, convolution.Kernel, convolution.Kernel], convolution.Bias);

    private static Signal? Image(LayerCheck check, int channels, int height, int width) => check.Fits(channels, height, width) ? new(channels, height, width) : null;
}
