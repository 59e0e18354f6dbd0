using Federated.Core.Jobs;

namespace Federated.Core.Models;

/// <summary>Element-wise functions that may follow a layer or stand on their own; softmax only as the last of a model.</summary>
public enum Activation
{
    /// <summary>Identity.</summary>
    None,

    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>1 / (1 + exp(-x)).</summary>
    Sigmoid,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,

    /// <summary>x Φ(x), exact form (Hendrycks and Gimpel 2016).</summary>
    Gelu,

    /// <summary>x for x above 0, else 0.01 x.</summary>
    LeakyRelu,

    /// <summary>x for x above 0, else exp(x) - 1 (Clevert et al. 2016, with α = 1).</summary>
    Elu,

    /// <summary>λ x for x above 0, else λ α (exp(x) - 1), with λ = 1.0507 and α = 1.6733 (Klambauer et al. 2017).</summary>
    Selu,

    /// <summary>x / (1 + exp(-x)), also called swish (Ramachandran et al. 2017).</summary>
    Silu,

    /// <summary>x tanh(ln(1 + exp(x))) (Misra 2019).</summary>
    Mish,

    /// <summary>ln(1 + exp(x)).</summary>
    Softplus,

    /// <summary>Normalised exponentials over the features; with cross-entropy the loss takes the scores before it.</summary>
    Softmax,
}

/// <summary>How a layer's weights are drawn at first. A fan counts the kernel's positions; normal draws are not truncated.</summary>
public enum Initializer
{
    /// <summary>Uniform in ±√(6 / (fan in + fan out)) (Glorot and Bengio 2010, equation 16).</summary>
    GlorotUniform,

    /// <summary>Normal with variance 2 / (fan in + fan out) (Glorot and Bengio 2010, equation 12).</summary>
    GlorotNormal,

    /// <summary>Uniform in ±√(6 / fan in): the variance of <see cref="HeNormal"/>.</summary>
    HeUniform,

    /// <summary>Normal with variance 2 / fan in (He et al. 2015, equation 10): for relu and its kin.</summary>
    HeNormal,

    /// <summary>Uniform in ±√(3 / fan in): the variance of <see cref="LecunNormal"/>.</summary>
    LecunUniform,

    /// <summary>Normal with variance 1 / fan in (LeCun et al. 1998, equation 16): for selu.</summary>
    LecunNormal,

    /// <summary>All 0.</summary>
    Zeros,
}

/// <summary>How a convolution treats its border.</summary>
public enum Padding
{
    /// <summary>No padding: out = floor((in - covered) / stride) + 1, where a kernel covers (kernel - 1) * dilation + 1.</summary>
    Valid,

    /// <summary>Zeros so that out = ceil(in / stride), as Keras does (more zeros at the end where they are uneven).</summary>
    Same,
}

/// <summary>One entry of a job's layer list. The key in the file is the record's name in snake_case without "Layer", its properties are the options.</summary>
public abstract record LayerSpec;

/// <summary>Fully connected: [features] to [units].</summary>
public sealed record DenseLayer : LayerSpec
{
    /// <value>Outputs.</value>
    [JobField("Outputs.", Minimum = 1, Maximum = 1_000_000, Required = true)]
    public int Units { get; init; }

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

/// <summary>Maximum over windows: [C, H, W] to [C, H', W'].</summary>
public sealed record MaxPool2dLayer : LayerSpec
{
    /// <value>Side of the square window.</value>
    [JobField("Side of the square window.", Minimum = 1, Maximum = 1024)]
    public int Size { get; init; } = 2;

    /// <value>Distance between windows; null for the size.</value>
    [JobField("Distance between neighbouring windows.", Minimum = 1, Maximum = 1024, DefaultInWords = "the size")]
    public int? Stride { get; init; }
}

/// <summary>Mean over windows: [C, H, W] to [C, H', W'].</summary>
public sealed record AvgPool2dLayer : LayerSpec
{
    /// <value>Side of the square window.</value>
    [JobField("Side of the square window.", Minimum = 1, Maximum = 1024)]
    public int Size { get; init; } = 2;

    /// <value>Distance between windows; null for the size.</value>
    [JobField("Distance between neighbouring windows.", Minimum = 1, Maximum = 1024, DefaultInWords = "the size")]
    public int? Stride { get; init; }
}

/// <summary>Maximum over each channel: [C, H, W] to [C].</summary>
public sealed record GlobalMaxPool2dLayer : LayerSpec;

/// <summary>Mean over each channel: [C, H, W] to [C] (Lin et al. 2014).</summary>
public sealed record GlobalAvgPool2dLayer : LayerSpec;

/// <summary>Any shape to [features], row-major.</summary>
public sealed record FlattenLayer : LayerSpec;

/// <summary>Inverted dropout (Srivastava et al. 2014): zeroes with probability rate in training and scales the rest by 1 / (1 - rate).</summary>
public sealed record DropoutLayer : LayerSpec
{
    /// <value>Probability that a value is zeroed in training.</value>
    [JobField("Probability that a value is zeroed in training.", Minimum = 0, ExclusiveMaximum = 1)]
    public double Rate { get; init; } = 0.5;
}

/// <summary>Batch normalisation over channels or features (Ioffe and Szegedy 2015). Running statistics are part of the schema and are averaged like weights.</summary>
public sealed record BatchNormLayer : LayerSpec
{
    /// <value>Added to the variance.</value>
    [JobField("Added to the variance.", ExclusiveMinimum = 0, Maximum = 1)]
    public double Epsilon { get; init; } = 1e-5;

    /// <value>Share of the batch in the running statistics.</value>
    [JobField("Share of the batch in the running statistics.", ExclusiveMinimum = 0, Maximum = 1)]
    public double Momentum { get; init; } = 0.1;
}

/// <summary>Group normalisation over channels (Wu and He 2018): the usual choice in federated work, for it has no running statistics.</summary>
public sealed record GroupNormLayer : LayerSpec
{
    /// <value>Groups of channels; must divide the channels.</value>
    [JobField("Groups of channels; must divide the channels.", Minimum = 1, Maximum = 65_536)]
    public int Groups { get; init; } = 8;

    /// <value>Added to the variance.</value>
    [JobField("Added to the variance.", ExclusiveMinimum = 0, Maximum = 1)]
    public double Epsilon { get; init; } = 1e-5;
}

/// <summary>Layer normalisation over the features of each example (Ba et al. 2016).</summary>
public sealed record LayerNormLayer : LayerSpec
{
    /// <value>Added to the variance.</value>
    [JobField("Added to the variance.", ExclusiveMinimum = 0, Maximum = 1)]
    public double Epsilon { get; init; } = 1e-5;
}

/// <summary>An activation on its own; in the file just its name, for example <c>- relu</c>.</summary>
[JobWord("none")]
public sealed record ActivationLayer : LayerSpec
{
    /// <value>The function.</value>
    [JobField("The function; softmax only as the last layer.")]
    public Activation Activation { get; init; }
}
