using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Models.Rules;

/// <summary>One layer under check: what comes in, what was found wrong, and the questions that rules ask again and again.</summary>
/// <param name="prefix">Start of its tensors' names: its position, for example <c>3</c>.</param>
/// <param name="layer">The layer.</param>
/// <param name="input">What comes in; null where it cannot be known.</param>
internal sealed class LayerCheck(string prefix, LayerSpec layer, Signal? input)
{
    /// <summary>The layer's name in a job file.</summary>
    public string Name { get; } = LayerNames.Of(layer);

    /// <summary>What comes in.</summary>
    public Signal? Input => input;

    /// <summary>Its shape; not the default only where the input is known.</summary>
    public ImmutableArray<int> Shape => input!.Shape;

    /// <summary>The layers inside it, once its rule has asked for them.</summary>
    public LayerList Inner { get; private set; } = new([], null, []);

    /// <summary>Whether it is the first layer of the model, which sees the data itself.</summary>
    public bool IsFirst => prefix == "1";

    /// <summary>What is wrong, a sentence each.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>The input for messages; it is known.</summary>
    public string Got => input!.ToString();

    /// <summary>Plans the layers inside it on its own input.</summary>
    public LayerList Inside(ImmutableArray<LayerSpec> layers) => Inner = LayerList.Plan(layers, input, prefix);

    /// <summary>Whether an image comes in. Silent where the input is not known.</summary>
    public bool IsImage()
    {
        if (input is { Shape: not [_, _, _] }) Fault($"{Name} gets {Got} and needs [C, H, W]: put it before flatten and dense, or take a data set of images");
        return input is { Shape: [_, _, _] };
    }

    /// <summary>Whether a sequence of features comes in. Silent where the input is not known.</summary>
    public bool IsSequence()
    {
        if (input is { Shape: not [_, _] }) Fault($"{Name} gets {Got} and needs [T, features]: put it before flatten, dense and global pools, or take a data set of sequences");
        return input is { Shape: [_, _] };
    }

    /// <summary>Whether a window fits into a sequence.</summary>
    public bool CoversSteps(string what, long size) => input is not { Shape: [var steps, _] } || size <= steps
        || Fault($"{Name} gets {Got} and its {what} of {size} needs T of at least {size}: take a smaller one, or shrink less before it");

    /// <summary>Whether a window fits into an image's sides.</summary>
    public bool Covers(string what, long size) => input is not { Shape: [_, var height, var width] } || (size <= height && size <= width)
        || Fault($"{Name} gets {Got} and its {size}x{size} {what} needs H and W of at least {size}: take a smaller one, or shrink less before it");

    /// <summary>Whether a tensor of such a shape has a number of values that can be counted.</summary>
    public bool Fits(params ReadOnlySpan<int> sizes)
    {
        var count = 1L;   // each size is at most int.MaxValue, so a product that is still in range cannot overflow a long by the next factor
        foreach (var size in sizes)
            if ((count *= size) > int.MaxValue) return Fault($"{Name} on {Got} would have more than {int.MaxValue} values in one tensor: make it smaller");
        return true;
    }

    /// <summary>Whether an option is at least 1.</summary>
    public bool AtLeastOne(int value, string option) => Holds(value >= 1, option, value, "at least 1");

    /// <summary>Whether an option is above 0.</summary>
    public bool Above0(double value, string option) => Holds(value > 0 && double.IsFinite(value), option, value, "above 0");

    /// <summary>Whether an option is in its range.</summary>
    public bool Holds(bool rule, string option, double value, string range) => rule || Fault($"{Name}'s {option} is {value} and must be {range}");

    /// <summary>Records an error.</summary>
    /// <returns>false.</returns>
    public bool Fault(FormattableString message)
    {
        Errors.Add(FormattableString.Invariant(message));
        return false;
    }

    /// <summary>A weight and, if wanted, a bias of its first dimension.</summary>
    public ImmutableArray<TensorSpec> Weights(ImmutableArray<int> shape, bool bias) =>
        bias ? [Tensor("weight", shape), Tensor("bias", [shape[0]])] : [Tensor("weight", shape)];

    /// <summary>A tensor of this layer.</summary>
    public TensorSpec Tensor(string name, ImmutableArray<int> shape, bool trainable = true) => new($"{prefix}.{name}", shape, trainable);
}
