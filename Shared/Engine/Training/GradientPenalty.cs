using Federated.Core.Jobs;
using Federated.Engine.Models;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Federated.Engine.Training;

/// <summary>Penalties l1 Σ |w| and l2 Σ w² on the size of weights, by their gradients l1 sign(w), with sign(0) = 0, and 2 l2 w. Weights are tensors of two
/// dimensions or more; biases and the scales of normalisation have one. The loss that is reported is without them.</summary>
internal static class GradientPenalty
{
    /// <summary>Whether a job has any.</summary>
    public static bool IsAskedFor(TrainingSpec training) => training.L1 > 0 || training.L2 > 0;

    /// <summary>Adds them to the gradients that the parameters have.</summary>
    public static void Add(FlatParameters parameters, TrainingSpec training)
    {
        using var disposal = NewDisposeScope();
        foreach (var tensor in parameters.Tensors)
        {
            if (tensor.dim() < 2 || tensor.grad is not { } gradient) continue;
            if (parameters.IsOnHost) Add(tensor.Floats(), gradient.Floats(), (float)training.L1, (float)(2 * training.L2));
            else Add(tensor, gradient, training.L1, 2 * training.L2);
        }
    }

    /// <summary>The same by libtorch, on any device.</summary>
    internal static void Add(Tensor weights, Tensor gradient, double l1, double twiceL2)
    {
        using var values = no_grad();
        if (twiceL2 > 0) gradient.add_(weights, twiceL2);
        if (l1 > 0) gradient.add_(weights.sign(), l1);
    }

    private static void Add(ReadOnlySpan<float> weights, Span<float> gradient, float l1, float twiceL2)
    {
        if (twiceL2 > 0) TensorPrimitives.MultiplyAdd(weights, twiceL2, gradient, gradient);
        if (l1 <= 0) return;
        for (var i = 0; i < weights.Length; i++) gradient[i] += weights[i] > 0 ? l1 : weights[i] < 0 ? -l1 : 0;
    }
}
