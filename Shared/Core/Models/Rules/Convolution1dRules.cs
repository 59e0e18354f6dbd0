using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Models.Rules;

/// <summary>Convolutions and pools over time.</summary>
internal static class Convolution1dRules
{
    public static Signal? Convolution(LayerCheck check, Conv1dLayer convolution)
    {
        var (filters, kernel, stride, dilation, groups) = (convolution.Filters, convolution.Kernel, convolution.Stride, convolution.Dilation, convolution.Groups);
        if (!(check.AtLeastOne(filters, "filters") & check.AtLeastOne(kernel, "kernel") & check.AtLeastOne(stride, "stride")
            & check.AtLeastOne(dilation, "dilation") & check.AtLeastOne(groups, "groups")) || !check.IsSequence()) return null;
        var (steps, features) = (check.Shape[0], check.Shape[1]);
        if (features % groups != 0 || filters % groups != 0)
            check.Fault($"conv1d gets {check.Got} and its {groups} groups must divide both its {features} features and its {filters} filters");
        var covered = Shapes.Covered(kernel, dilation);
        if (convolution.Padding == SequencePadding.Valid && !check.CoversSteps("kernel", covered)) return null;
        if (covered > int.MaxValue - steps) check.Fault($"conv1d's kernel covers {covered} steps, which is more than can be padded: take a smaller kernel or dilation");
        var length = convolution.Padding == SequencePadding.Valid ? Shapes.Valid(steps, (int)covered, stride) : Shapes.Same(steps, stride);
        return check.Fits(filters, features, kernel) && check.Fits(length, filters) ? new(length, filters) : null;
    }

    public static ImmutableArray<TensorSpec> Tensors(LayerCheck check, Conv1dLayer convolution) =>
        check.Weights([convolution.Filters, check.Shape[1] / convolution.Groups, convolution.Kernel], convolution.Bias);

    public static Signal? Pool(LayerCheck check, int size, int? stride)
    {
        if (!(check.AtLeastOne(size, "size") & check.AtLeastOne(stride ?? 1, "stride")) || !check.IsSequence() || !check.CoversSteps("window", size)) return null;
        return new(Shapes.Valid(check.Shape[0], size, stride ?? size), check.Shape[1]);
    }

    public static Signal? Global(LayerCheck check) => check.IsSequence() ? new(check.Shape[1]) : null;
}
