using Federated.Core.Jobs;

namespace Federated.Core.Models;

/// <summary>How a convolution treats its border.</summary>
public enum Padding
{
    /// <summary>No padding: out = floor((in - covered) / stride) + 1, where a kernel covers (kernel - 1) * dilation + 1.</summary>
    Valid,

    /// <summary>Zeros so that out = ceil(in / stride), as Keras does (more zeros at the end where they are uneven).</summary>
    Same,
}

/// <summary>2-D convolution: [C, H, W] to [filters, H', W'].</summary>
public sealed record Conv2dLayer : LayerSpec
{
    /// <value>Output channels.</value>
    [JobField("Output channels.", Minimum = 1, Maximum = 65_536, Required = true)]
    public int Filters { get; init; }

    /// <value>Side of the square kernel.</value>
    [JobField("Side of the square kernel.", Minimum = 1, Maximum = 1024)]
    public int Kernel { get; init; } = 3;

    /// <value>Distance between positions.</value>
    [JobField("Distance between neighbouring positions.", Minimum = 1, Maximum = 1024)]
    public int Stride { get; init; } = 1;

    /// <value>Distance between the kernel's own positions.</value>
    [JobField("Distance between the kernel's own positions: it covers (kernel - 1) * dilation + 1.", Minimum = 1, Maximum = 1024)]
    public int Dilation { get; init; } = 1;

    /// <value>Groups of channels that see only each other; must divide the channels and the filters.</value>
    [JobField("Groups of channels that see only each other; must divide the input's channels and the filters. As many as channels: depthwise.", Minimum = 1, Maximum = 65_536)]
    public int Groups { get; init; } = 1;

    /// <value>Treatment of the border.</value>
    [JobField("valid: none, out = floor((in - covered) / stride) + 1. same: zeros, so that out = ceil(in / stride).")]
    public Padding Padding { get; init; }

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
