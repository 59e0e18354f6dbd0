using Federated.Engine.Models;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Federated.Engine.Training;

/// <summary>Bounds gradients, as PyTorch's clip_grad_norm_ and clip_grad_value_ do.</summary>
internal static class GradientClipping
{
    /// <summary>Bounds the L2 norm of all gradients taken as one vector (Pascanu et al. 2013, arXiv:1211.5063, algorithm 1).</summary>
    /// <param name="gradients">In place; null where a tensor has none.</param>
    /// <param name="bound">Largest norm, above 0.</param>
    public static void ClipNorm(ReadOnlySpan<Tensor?> gradients, double bound)
    {
        var squares = 0.0;
        foreach (var gradient in gradients)
            if (gradient is not null) squares += Math.Pow(TensorPrimitives.Norm<float>(gradient.Floats()), 2);
        var factor = bound / (Math.Sqrt(squares) + 1e-6);   // PyTorch's guard against a norm of 0
        if (factor >= 1) return;
        foreach (var gradient in gradients)
            if (gradient is not null) TensorPrimitives.Multiply(gradient.Floats(), (float)factor, gradient.Floats());
    }

    /// <summary>Bounds the magnitude of every value.</summary>
    /// <param name="gradients">In place; null where a tensor has none.</param>
    /// <param name="bound">Largest magnitude, above 0.</param>
    public static void ClipValue(ReadOnlySpan<Tensor?> gradients, double bound)
    {
        foreach (var gradient in gradients)
            if (gradient is not null) TensorPrimitives.Clamp(gradient.Floats(), -(float)bound, (float)bound, gradient.Floats());
    }

    /// <summary>The same of gradients that are one vector: the value's bound first, then the norm's.</summary>
    /// <param name="gradient">In place, shape [P].</param>
    /// <param name="magnitude">Largest magnitude of a value, above 0; null for no bound.</param>
    /// <param name="bound">Largest norm, above 0; null for no bound.</param>
    public static void Clip(Span<float> gradient, double? magnitude, double? bound)
    {
        if (magnitude is { } largest) TensorPrimitives.Clamp(gradient, -(float)largest, (float)largest, gradient);
        if (bound is not { } longest) return;
        var factor = longest / (TensorPrimitives.Norm<float>(gradient) + 1e-6);
        if (factor < 1) TensorPrimitives.Multiply(gradient, (float)factor, gradient);
    }
}
