namespace Federated.Core.Models;

/// <summary>Layers and activations as a job file calls them.</summary>
public static class LayerNames
{
    /// <summary>The layer's key in a job file, for example <c>max_pool2d</c>; an activation on its own goes by the activation's name.</summary>
    /// <exception cref="ArgumentException">The layer is of a kind that this version does not know.</exception>
    public static string Of(LayerSpec layer) => layer switch
    {
        DenseLayer => "dense",
        Conv2dLayer => "conv2d",
        MaxPool2dLayer => "max_pool2d",
        AvgPool2dLayer => "avg_pool2d",
        GlobalMaxPool2dLayer => "global_max_pool2d",
        GlobalAvgPool2dLayer => "global_avg_pool2d",
        FlattenLayer => "flatten",
        DropoutLayer => "dropout",
        BatchNormLayer => "batch_norm",
        GroupNormLayer => "group_norm",
        LayerNormLayer => "layer_norm",
        ActivationLayer activation => Of(activation.Activation),
        _ => throw new ArgumentException($"{layer.GetType().Name} is not a known layer.", nameof(layer)),
    };

    /// <summary>The activation in snake_case, for example <c>leaky_relu</c>.</summary>
    /// <exception cref="ArgumentException">Not one of the enumeration.</exception>
    public static string Of(Activation activation) => activation switch
    {
        Activation.None => "none",
        Activation.Relu => "relu",
        Activation.Sigmoid => "sigmoid",
        Activation.Tanh => "tanh",
        Activation.Gelu => "gelu",
        Activation.LeakyRelu => "leaky_relu",
        Activation.Elu => "elu",
        Activation.Selu => "selu",
        Activation.Silu => "silu",
        Activation.Mish => "mish",
        Activation.Softplus => "softplus",
        Activation.Softmax => "softmax",
        _ => throw new ArgumentException($"{activation} is not a known activation.", nameof(activation)),
    };

    /// <summary>Whether the layer gives class probabilities: softmax as its activation, or softmax on its own.</summary>
    public static bool IsSoftmax(LayerSpec layer) => layer is
        DenseLayer { Activation: Activation.Softmax } or Conv2dLayer { Activation: Activation.Softmax } or ActivationLayer { Activation: Activation.Softmax };
}
