namespace Federated.Core.Algorithms;

/// <summary>What an algorithm adds to the gradient at w of every local step: μ (w - a), the gradient of the proximal term (μ / 2) ‖w - a‖². Added before clipping, to trainable
/// tensors alone. The default adds nothing, so that a step is bit by bit the one without it.</summary>
/// <param name="proximal">μ, at least 0 and finite.</param>
/// <param name="anchor">a, shape [P]; read until training ends.</param>
public readonly ref struct GradientTerm(double proximal, ReadOnlySpan<float> anchor)
{
    /// <summary>μ.</summary>
    public double Proximal { get; } = proximal >= 0 && double.IsFinite(proximal) ? proximal : throw new ArgumentOutOfRangeException(nameof(proximal), proximal, "μ is finite and at least 0.");

    /// <summary>a, shape [P].</summary>
    public ReadOnlySpan<float> Anchor { get; } = anchor;
}
