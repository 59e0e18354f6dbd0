using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Parameters;

namespace Federated.Core.Models;

/// <summary>What one layer accepts and gives. Infers the output even of a faulty layer where it does not depend on the fault, so that the next
/// layers are checked as well.</summary>
internal sealed class LayerRules(int number, LayerSpec layer, ImmutableArray<int>? input)
{
    private readonly string _name = LayerNames.Of(layer);

    /// <summary>What is wrong, a sentence each.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Checks the layer.</summary>
    /// <returns>The output's shape; null where it cannot be known.</returns>
    public ImmutableArray<int>? Infer() => layer switch
    {
        DenseLayer dense => Dense(dense),
        Conv2dLayer convolution => Convolution(convolution),
        MaxPool2dLayer pool => Pool(pool.Size, pool.Stride),
        AvgPool2dLayer pool => Pool(pool.Size, pool.Stride),
        GlobalMaxPool2dLayer or GlobalAvgPool2dLayer => IsImage() ? [input!.Value[0]] : null,
        FlattenLayer => Flatten(),
        DropoutLayer dropout => Dropout(dropout),
        BatchNormLayer norm => BatchNorm(norm),
        GroupNormLayer norm => GroupNorm(norm),
        LayerNormLayer norm => LayerNorm(norm),
        _ => input,
    };

    /// <summary>The layer's tensors in schema order.</summary>
    /// <param name="shape">The input; the layer has no errors.</param>
    public ImmutableArray<TensorSpec> Tensors(ImmutableArray<int> shape) => layer switch
    {
        DenseLayer dense => Weights([dense.Units, shape[0]], dense.Bias),
        Conv2dLayer convolution => Weights([convolution.Filters, shape[0] / convolution.Groups, convolution.Kernel, convolution.Kernel], convolution.Bias),
        BatchNormLayer => [.. Weights([shape[0]], bias: true), Tensor("running_mean", [shape[0]], false), Tensor("running_var", [shape[0]], false)],
        GroupNormLayer or LayerNormLayer => Weights([shape[0]], bias: true),
        _ => [],
    };

    private ImmutableArray<int>? Dense(DenseLayer dense)
    {
        if (!AtLeastOne(dense.Units, "units")) return null;
        if (input is [_, _, _]) Errors.Add($"dense gets {Got} and needs [features]: put flatten before it");
        else if (input is [var features]) Fits(dense.Units, features);
        return [dense.Units];
    }

    private ImmutableArray<int>? Convolution(Conv2dLayer convolution)
    {
        var (filters, kernel, stride, dilation, groups) = (convolution.Filters, convolution.Kernel, convolution.Stride, convolution.Dilation, convolution.Groups);
        if (!(AtLeastOne(filters, "filters") & AtLeastOne(kernel, "kernel") & AtLeastOne(stride, "stride") & AtLeastOne(dilation, "dilation")
            & AtLeastOne(groups, "groups")) || !IsImage()) return null;
        var (channels, height, width) = (input!.Value[0], input.Value[1], input.Value[2]);
        if (channels % groups != 0 || filters % groups != 0)
            Fault($"conv2d gets {Got} and its {groups} groups must divide both its {channels} channels and its {filters} filters");
        if (!Fits(filters, channels, kernel, kernel)) return null;
        if (convolution.Padding == Padding.Same) return Image(filters, Shapes.Same(height, stride), Shapes.Same(width, stride));
        var covered = Shapes.Covered(kernel, dilation);
        return Covers("kernel", covered) ? Image(filters, Shapes.Valid(height, (int)covered, stride), Shapes.Valid(width, (int)covered, stride)) : null;
    }

    private ImmutableArray<int>? Pool(int size, int? stride)
    {
        if (!(AtLeastOne(size, "size") & AtLeastOne(stride ?? 1, "stride")) || !IsImage() || !Covers("window", size)) return null;
        return Image(input!.Value[0], Shapes.Valid(input.Value[1], size, stride ?? size), Shapes.Valid(input.Value[2], size, stride ?? size));
    }

    private ImmutableArray<int>? Flatten() =>
        input is { } shape && Fits(shape.AsSpan()) ? [shape.Aggregate(1, (product, size) => product * size)] : null;

    private ImmutableArray<int>? Dropout(DropoutLayer dropout)
    {
        Holds(dropout.Rate is >= 0 and < 1, "rate", dropout.Rate, "at least 0 and below 1");
        return input;
    }

    private ImmutableArray<int>? BatchNorm(BatchNormLayer norm)
    {
        Above0(norm.Epsilon, "epsilon");
        Holds(norm.Momentum is > 0 and <= 1, "momentum", norm.Momentum, "above 0 and at most 1");
        return input;
    }

    private ImmutableArray<int>? GroupNorm(GroupNormLayer norm)
    {
        Above0(norm.Epsilon, "epsilon");
        if (AtLeastOne(norm.Groups, "groups") && input is [var channels, ..] && channels % norm.Groups != 0)
        {
            var fitting = Math.Min(norm.Groups, channels);
            while (channels % fitting != 0) fitting--;
            Fault($"group_norm gets {Got} and needs channels that its {norm.Groups} groups divide: the next smaller number of groups is {fitting}");
        }
        return input;
    }

    private ImmutableArray<int>? LayerNorm(LayerNormLayer norm)
    {
        Above0(norm.Epsilon, "epsilon");
        if (input is [_, _, _]) Fault($"layer_norm gets {Got} and needs [features]: for images use group_norm, with one group for all channels");
        return input;
    }

    private ImmutableArray<int>? Image(int channels, int height, int width) => Fits(channels, height, width) ? [channels, height, width] : null;

    private bool IsImage()
    {
        if (input is [_]) Fault($"{_name} gets {Got} and needs [C, H, W]: put it before flatten and dense, or take a data set of images");
        return input is [_, _, _];
    }

    private bool Covers(string what, long size) => input is not [_, var height, var width] || (size <= height && size <= width)
        || Fault($"{_name} gets {Got} and its {size}x{size} {what} needs H and W of at least {size}: take a smaller one, or shrink less before it");

    private bool Fits(params ReadOnlySpan<int> sizes)
    {
        var count = 1L;   // each size is at most int.MaxValue, so a product that is still in range cannot overflow a long by the next factor
        foreach (var size in sizes)
            if ((count *= size) > int.MaxValue) return Fault($"{_name} on {Got} would have more than {int.MaxValue} values in one tensor: make it smaller");
        return true;
    }

    private bool AtLeastOne(int value, string option) => Holds(value >= 1, option, value, "at least 1");

    private bool Above0(double value, string option) => Holds(value > 0 && double.IsFinite(value), option, value, "above 0");

    private bool Holds(bool rule, string option, double value, string range) => rule || Fault($"{_name}'s {option} is {value} and must be {range}");

    private bool Fault(FormattableString message)
    {
        Errors.Add(FormattableString.Invariant(message));
        return false;
    }

    private string Got => Shapes.Text(input!.Value);

    private ImmutableArray<TensorSpec> Weights(ImmutableArray<int> shape, bool bias) =>
        bias ? [Tensor("weight", shape), Tensor("bias", [shape[0]])] : [Tensor("weight", shape)];

    private TensorSpec Tensor(string name, ImmutableArray<int> shape, bool trainable = true) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{number}.{name}"), shape, trainable);
}
