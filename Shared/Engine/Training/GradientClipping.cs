using Federated.Core.Jobs;
using Federated.Engine.Models;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Federated.Engine.Training;

/// <summary>Bounds gradients in the host's memory, as PyTorch's clip_grad_value_ and then clip_grad_norm_ do: the magnitude of every value, then the L2 norm of all of them taken as one vector (Pascanu et al. 2013,
/// arXiv:1211.5063, algorithm 1).</summary>
internal static class GradientClipping
{
    /// <param name="gradients">In place; null where a tensor has none.</param>
    /// <param name="training">Says whether there is either bound.</param>
    public static void Clip(ReadOnlySpan<Tensor?> gradients, TrainingSpec training)
    {
        var squares = 0.0;
        foreach (var gradient in gradients)
            if (gradient is not null) squares += Square(gradient.Floats(), training);
        foreach (var gradient in gradients)
            if (gradient is not null) Shorten(gradient.Floats(), squares, training);
    }

    /// <param name="gradient">In place, shape [P].</param>
    /// <param name="training">Says whether there is either bound.</param>
    public static void Clip(Span<float> gradient, TrainingSpec training) => Shorten(gradient, Square(gradient, training), training);

    // Bounds the values, and gives the square of their norm where that will be asked for.
    private static double Square(Span<float> values, TrainingSpec training)
    {
        if (training.ClipValue is { } largest) TensorPrimitives.Clamp(values, -(float)largest, (float)largest, values);
        return training.ClipNorm is null ? 0 : Math.Pow(TensorPrimitives.Norm<float>(values), 2);
    }

    private static void Shorten(Span<float> values, double squares, TrainingSpec training)
    {
        if (training.ClipNorm is not { } longest) return;
        var factor = longest / (Math.Sqrt(squares) + 1e-6);   // PyTorch's guard against a norm of 0
        if (factor < 1) TensorPrimitives.Multiply(values, (float)factor, values);
    }
}
