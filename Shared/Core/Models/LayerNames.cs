using Federated.Core.Jobs.Describing;

namespace Federated.Core.Models;

/// <summary>Layers and activations as a job file calls them.</summary>
public static class LayerNames
{
    private const string Ending = "Layer";

    /// <summary>The layer's key in a job file, for example <c>max_pool2d</c>; an activation on its own goes by the activation's name.</summary>
    public static string Of(LayerSpec layer) => layer is ActivationLayer activation ? Of(activation.Activation) : Words.SnakeCase(layer.GetType().Name[..^Ending.Length]);

    /// <summary>The activation in snake_case, for example <c>leaky_relu</c>.</summary>
    public static string Of(Activation activation) => Words.SnakeCase(activation.ToString());

    /// <summary>Whether the layer gives class probabilities: softmax as its activation, or softmax on its own.</summary>
    public static bool IsSoftmax(LayerSpec layer) => layer is
        DenseLayer { Activation: Activation.Softmax } or Conv2dLayer { Activation: Activation.Softmax } or Conv1dLayer { Activation: Activation.Softmax }
        or ResidualLayer { Activation: Activation.Softmax } or ActivationLayer { Activation: Activation.Softmax };
}
