using static TorchSharp.torch;

namespace Federated.Engine.Layers.Transformers;

/// <summary>What attention does not see, as numbers that are added to its scores. They are finite, so that a step which sees nothing (padding before a text) gives a
/// mean instead of NaN, and later steps lie below padding, so that even such a step does not look ahead.</summary>
internal static class AttentionMask
{
    // Far enough below scores that a softmax over the rest gives exactly 0, which float32 does from 104 on; and no further, since the fused kernel keeps the logarithm of
    // each sum in float32, and beside 1e9 the logarithm of two equal terms is lost, and with it half of the gradient.
    private const float Padding = -1e4f, Later = -2e4f;

    /// <summary>The mask of self-attention.</summary>
    /// <param name="symbols">int64 [batch, T], 0 where a step is padding; null where none is.</param>
    /// <param name="steps">T.</param>
    /// <param name="device">Where attention computes.</param>
    /// <param name="causal">Whether a step sees itself and those before it only.</param>
    /// <returns>Shape [batch or 1, 1, T or 1, T]; null where nothing is hidden.</returns>
    public static Tensor? Of(Tensor? symbols, long steps, Device device, bool causal)
    {
        var padding = symbols is null ? null : OfPadding(symbols);
        if (!causal) return padding;
        var later = full(steps, steps, Later, device: device).triu(1).view(1, 1, steps, steps);
        return padding is null ? later : padding + later;
    }

    /// <summary>Hides padded keys.</summary>
    /// <param name="symbols">int64 [batch, S].</param>
    /// <returns>Shape [batch, 1, 1, S].</returns>
    public static Tensor OfPadding(Tensor symbols) => ((symbols == 0).to_type(ScalarType.Float32) * Padding).view(symbols.shape[0], 1, 1, symbols.shape[1]);

    /// <summary>The symbols of a sequence's steps, where the sequence still has as many steps as the text that came in.</summary>
    public static Tensor? SymbolsOf(Tensor sequence, ForwardPass pass) => pass.Symbols is { } symbols && symbols.shape[1] == sequence.shape[1] ? symbols : null;
}
