namespace Federated.Core.Algorithms;

/// <summary>What an algorithm adds to the gradient at w of every local step: o + μ (w - a). o is a correction that stays the same over the steps, such as the difference of two control
/// variates; μ (w - a) is the gradient of the proximal term (μ / 2) ‖w - a‖². Added before clipping, to trainable tensors alone. The default adds nothing, so that a step is bit by
/// bit the one without it. Beside it stands what else an algorithm asks of local steps: which tensors rest, and for how many epochs.</summary>
public readonly ref struct GradientTerm
{
    private readonly double _proximal;

    /// <summary>μ (w - a).</summary>
    /// <param name="proximal">μ, at least 0 and finite.</param>
    /// <param name="anchor">a, shape [P]; read until training ends.</param>
    public GradientTerm(double proximal, ReadOnlySpan<float> anchor)
    {
        Proximal = proximal;
        Anchor = anchor;
    }

    /// <summary>μ, at least 0 and finite; with 0 there is no anchor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public double Proximal
    {
        get => _proximal;
        init => _proximal = value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "μ is finite and at least 0.");
    }

    /// <summary>a, shape [P]; read until training ends.</summary>
    public ReadOnlySpan<float> Anchor { get; init; }

    /// <summary>ρ, finite: above 0 each step's gradient of the loss is not that at w, but at w + ρ g / ‖g‖, g being the one at w, over the same batch with the same dropout; at w where g is 0.
    /// The rest of the term, and penalties on weights, are those at w.</summary>
    public double Radius { get; init; }

    /// <summary>o, shape [P]; empty for none. Read until training ends.</summary>
    public ReadOnlySpan<float> Offset { get; init; }

    /// <summary>A term that is added to each batch's loss, so that its gradient comes in the same backward pass; of no loss that is reported. The default adds none.</summary>
    public ModelContrast Contrast { get; init; }

    /// <summary>By tensor of the model, whether it stays as it was at the start, running statistics too: it has no part in clipping, and no weight decay. Empty where all move.</summary>
    public ReadOnlySpan<bool> Frozen { get; init; }

    /// <summary>Local epochs, at least 1; 0 for the job's.</summary>
    public int Epochs { get; init; }
}
