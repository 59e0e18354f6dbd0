using Federated.Core.Jobs;

namespace Federated.Core.Models;

/// <summary>How a convolution over time treats the ends of a sequence.</summary>
public enum SequencePadding
{
    /// <summary>No padding: out = floor((T - covered) / stride) + 1, where a kernel covers (kernel - 1) * dilation + 1.</summary>
    Valid,

    /// <summary>Zeros so that out = ceil(T / stride), as Keras does (more zeros at the end where they are uneven).</summary>
    Same,

    /// <summary>Zeros before the sequence only, so that a step sees no later one (van den Oord et al. 2016): out = ceil(T / stride).</summary>
    Causal,
}

/// <summary>1-D convolution over time: [T, features] to [T', filters].</summary>
public sealed record Conv1dLayer : LayerSpec
{
    /// <value>Output features.</value>
    [JobField("Output features.", Minimum = 1, Maximum = 65_536, Required = true)]
    public int Filters { get; init; }

    /// <value>Steps of the kernel.</value>
    [JobField("Steps that the kernel has.", Minimum = 1, Maximum = 65_536)]
    public int Kernel { get; init; } = 3;

    /// <value>Distance between positions.</value>
    [JobField("Distance between neighbouring positions.", Minimum = 1, Maximum = 65_536)]
    public int Stride { get; init; } = 1;

    /// <value>Distance between the kernel's own positions.</value>
    [JobField("Distance between the kernel's own positions: it covers (kernel - 1) * dilation + 1.", Minimum = 1, Maximum = 65_536)]
    public int Dilation { get; init; } = 1;

    /// <value>Groups of features that see only each other; must divide the features and the filters.</value>
    [JobField("Groups of features that see only each other; must divide the input's features and the filters.", Minimum = 1, Maximum = 65_536)]
    public int Groups { get; init; } = 1;

    /// <value>Treatment of the ends.</value>
    [JobField("valid: none, out = floor((T - covered) / stride) + 1. same: zeros at both ends, so that out = ceil(T / stride). "
        + "causal: zeros before the first step, so that no step sees a later one.")]
    public SequencePadding Padding { get; init; }

    /// <value>What follows.</value>
    [JobField("What follows element by element; softmax only in the last layer.")]
    public Activation Activation { get; init; }

    /// <value>Whether outputs have an offset.</value>
    [JobField("Whether outputs have a trained offset.")]
    public bool Bias { get; init; } = true;

    /// <value>First weights.</value>
    [JobField("How the first weights are drawn: glorot for tanh, sigmoid and softmax, he for relu, lecun for selu.")]
    public Initializer Initializer { get; init; }
}

/// <summary>Maximum over windows of steps: [T, features] to [T', features].</summary>
public sealed record MaxPool1dLayer : LayerSpec
{
    /// <value>Steps of a window.</value>
    [JobField("Steps of a window.", Minimum = 1, Maximum = 65_536)]
    public int Size { get; init; } = 2;

    /// <value>Distance between windows; null for the size.</value>
    [JobField("Distance between neighbouring windows.", Minimum = 1, Maximum = 65_536, DefaultInWords = "the size")]
    public int? Stride { get; init; }
}

/// <summary>Mean over windows of steps: [T, features] to [T', features].</summary>
public sealed record AvgPool1dLayer : LayerSpec
{
    /// <value>Steps of a window.</value>
    [JobField("Steps of a window.", Minimum = 1, Maximum = 65_536)]
    public int Size { get; init; } = 2;

    /// <value>Distance between windows; null for the size.</value>
    [JobField("Distance between neighbouring windows.", Minimum = 1, Maximum = 65_536, DefaultInWords = "the size")]
    public int? Stride { get; init; }
}

/// <summary>Maximum of each feature over all steps: [T, features] to [features]. Of text, steps of padding do not count while there are as many steps as the
/// text has; a text of padding alone counts them all.</summary>
public sealed record GlobalMaxPool1dLayer : LayerSpec;

/// <summary>Mean of each feature over all steps: [T, features] to [features]. Padding counts as in <see cref="GlobalMaxPool1dLayer"/>.</summary>
public sealed record GlobalAvgPool1dLayer : LayerSpec;
