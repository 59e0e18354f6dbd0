using Federated.Core.Jobs;

namespace Federated.Core.Models;

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

/// <summary>Any shape to [features], row-major.</summary>
public sealed record FlattenLayer : LayerSpec;

/// <summary>Inverted dropout (Srivastava et al. 2014): zeroes with probability rate in training and scales the rest by 1 / (1 - rate).</summary>
public sealed record DropoutLayer : LayerSpec
{
    /// <value>Probability that a value is zeroed in training.</value>
    [JobField("Probability that a value is zeroed in training.", Minimum = 0, ExclusiveMaximum = 1)]
    public double Rate { get; init; } = 0.5;
}

/// <summary>An activation on its own; in the file just its name, for example <c>- relu</c>.</summary>
[JobWord("none")]
public sealed record ActivationLayer : LayerSpec
{
    /// <value>The function.</value>
    [JobField("The function; softmax only as the last layer.")]
    public Activation Activation { get; init; }
}
