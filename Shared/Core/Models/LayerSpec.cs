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

    /// <summary>Normalised exponentials over the features; with cross-entropy the loss takes the scores before it.</summary>
    Softmax,
}

/// <summary>How a convolution treats its border.</summary>
public enum Padding
{
    /// <summary>No padding: out = floor((in - kernel) / stride) + 1.</summary>
    Valid,

    /// <summary>Zeros so that out = ceil(in / stride), as Keras does (more zeros at the end where they are uneven).</summary>
    Same,
}

/// <summary>One entry of a job's layer list. The key in the file is the record's name in snake_case without "Layer", its properties are the options.</summary>
public abstract record LayerSpec;

/// <summary>Fully connected: [features] to [units].</summary>
public sealed record DenseLayer : LayerSpec
{
    /// <value>Outputs, at least 1. Required.</value>
    public int Units { get; init; }

    /// <value>Default none.</value>
    public Activation Activation { get; init; }

    /// <value>Default true.</value>
    public bool Bias { get; init; } = true;
}

/// <summary>2-D convolution: [C, H, W] to [filters, H', W'].</summary>
public sealed record Conv2dLayer : LayerSpec
{
    /// <value>Output channels, at least 1. Required.</value>
    public int Filters { get; init; }

    /// <value>Side of the square kernel, at least 1. Default 3.</value>
    public int Kernel { get; init; } = 3;

    /// <value>At least 1. Default 1.</value>
    public int Stride { get; init; } = 1;

    /// <value>Default valid.</value>
    public Padding Padding { get; init; }

    /// <value>Default none.</value>
    public Activation Activation { get; init; }

    /// <value>Default true.</value>
    public bool Bias { get; init; } = true;
}

/// <summary>Maximum over windows: [C, H, W] to [C, H', W'].</summary>
public sealed record MaxPool2dLayer : LayerSpec
{
    /// <value>Side of the square window, at least 1. Default 2.</value>
    public int Size { get; init; } = 2;

    /// <value>Default: the size.</value>
    public int? Stride { get; init; }
}

/// <summary>Mean over windows: [C, H, W] to [C, H', W'].</summary>
public sealed record AvgPool2dLayer : LayerSpec
{
    /// <value>Side of the square window, at least 1. Default 2.</value>
    public int Size { get; init; } = 2;

    /// <value>Default: the size.</value>
    public int? Stride { get; init; }
}

/// <summary>Any shape to [features], row-major.</summary>
public sealed record FlattenLayer : LayerSpec;

/// <summary>Inverted dropout (Srivastava et al. 2014): zeroes with probability rate in training and scales the rest by 1 / (1 - rate).</summary>
public sealed record DropoutLayer : LayerSpec
{
    /// <value>In [0, 1). Default 0.5.</value>
    public double Rate { get; init; } = 0.5;
}

/// <summary>Batch normalisation over channels or features (Ioffe and Szegedy 2015). Running statistics are part of the schema and are averaged like weights.</summary>
public sealed record BatchNormLayer : LayerSpec
{
    /// <value>Above 0. Default 1e-5.</value>
    public double Epsilon { get; init; } = 1e-5;

    /// <value>Share of the batch in the running statistics, in (0, 1]. Default 0.1.</value>
    public double Momentum { get; init; } = 0.1;
}

/// <summary>Group normalisation over channels (Wu and He 2018): the usual choice in federated work, for it has no running statistics.</summary>
public sealed record GroupNormLayer : LayerSpec
{
    /// <value>Must divide the channels. Default 8.</value>
    public int Groups { get; init; } = 8;

    /// <value>Above 0. Default 1e-5.</value>
    public double Epsilon { get; init; } = 1e-5;
}

/// <summary>An activation on its own; in the file just its name, for example <c>- relu</c>.</summary>
public sealed record ActivationLayer : LayerSpec
{
    /// <value>The function.</value>
    public Activation Activation { get; init; }
}
