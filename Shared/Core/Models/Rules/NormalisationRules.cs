using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Models.Rules;

/// <summary>Normalisations.</summary>
internal static class NormalisationRules
{
    // Every client sends three numbers a feature in one message.
    private const int MostFeatures = 65_536;

    public static Signal? Normalize(LayerCheck check)
    {
        if (!check.IsFirst) check.Fault($"normalize standardises the data itself and may only be the first layer of a model: put it first, or use batch_norm or layer_norm here");
        else if (check.Input is { } input && FeaturesOf(input) > MostFeatures) check.Fault($"normalize gets {check.Got} and takes at most {MostFeatures} features");
        return check.Input;
    }

    public static ImmutableArray<TensorSpec> Statistics(LayerCheck check)
    {
        ImmutableArray<int> size = [FeaturesOf(check.Input!)];
        return [check.Tensor("mean", size, trainable: false), check.Tensor("variance", size, trainable: false)];
    }

    // The channels of an image, else the last dimension.
    private static int FeaturesOf(Signal input) => input.Shape.Length == 3 ? input.Shape[0] : input.Shape[^1];

    public static Signal? BatchNorm(LayerCheck check, BatchNormLayer norm)
    {
        check.Above0(norm.Epsilon, "epsilon");
        check.Holds(norm.Momentum is > 0 and <= 1, "momentum", norm.Momentum, "above 0 and at most 1");
        return check.Input;
    }

    public static Signal? GroupNorm(LayerCheck check, GroupNormLayer norm)
    {
        check.Above0(norm.Epsilon, "epsilon");
        if (check.AtLeastOne(norm.Groups, "groups") && check.Input is { Features: var channels } && channels % norm.Groups != 0)
        {
            var fitting = Math.Min(norm.Groups, channels);
            while (channels % fitting != 0) fitting--;
            check.Fault($"group_norm gets {check.Got} and needs channels that its {norm.Groups} groups divide: the next smaller number of groups is {fitting}");
        }
        return check.Input;
    }

    public static Signal? LayerNorm(LayerCheck check, LayerNormLayer norm)
    {
        check.Above0(norm.Epsilon, "epsilon");
        if (check.Input is { Shape: [_, _, _] })
            check.Fault($"layer_norm gets {check.Got} and needs [features] or [T, features]: for images use group_norm, with one group for all channels");
        return check.Input;
    }

    public static ImmutableArray<TensorSpec> Tensors(LayerCheck check, LayerSpec layer)
    {
        ImmutableArray<int> size = [check.Input!.Features];
        var affine = check.Weights(size, bias: true);
        return layer is BatchNormLayer ? [.. affine, check.Tensor("running_mean", size, trainable: false), check.Tensor("running_var", size, trainable: false)] : affine;
    }
}
