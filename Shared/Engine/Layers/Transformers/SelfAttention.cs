using Federated.Core.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Layers.Transformers;

/// <summary>Attention of a sequence to itself: queries, keys and values in one product, an output projection.</summary>
internal sealed class SelfAttention(Dense input, Dense output, int heads)
{
    public static SelfAttention Read(ref TensorReader tensors, int heads) => new(tensors.Dense(), tensors.Dense(), heads);

    /// <param name="sequence">Shape [batch, T, features].</param>
    /// <param name="mask">See <see cref="AttentionMask"/>.</param>
    /// <param name="pass">Its precision.</param>
    /// <returns>The same shape.</returns>
    public Tensor Forward(Tensor sequence, Tensor? mask, ForwardPass pass)
    {
        var parts = AttentionHeads.Split(input.Forward(sequence, pass), 3, heads);
        return output.Forward(AttentionHeads.Attend(parts[0], parts[1], parts[2], mask), pass);
    }

    /// <summary>One step more of sequences whose earlier keys and values are remembered.</summary>
    /// <param name="step">Shape [batch, 1, features].</param>
    /// <param name="memory">Receives the step's key and value.</param>
    /// <returns>The same shape.</returns>
    public Tensor Extend(Tensor step, KeyValues memory)
    {
        var parts = AttentionHeads.Split(input.Forward(step, default), 3, heads);
        memory.Append(parts[1], parts[2]);
        return output.Forward(AttentionHeads.Attend(parts[0], memory.Keys!, memory.Values!, mask: null), default);
    }
}

/// <summary>Attention on its own, as a layer.</summary>
internal sealed class Attention(AttentionLayer layer, SelfAttention attention) : ILayer
{
    private readonly Dropout _dropout = new(layer.Dropout);

    public static Attention Create(AttentionLayer layer, ReadOnlySpan<Tensor> tensors)
    {
        var reader = new TensorReader(tensors);
        return new(layer, SelfAttention.Read(ref reader, layer.Heads));
    }

    public Tensor Forward(Tensor input, ForwardPass pass) =>
        _dropout.Forward(attention.Forward(input, AttentionMask.Of(AttentionMask.SymbolsOf(input, pass), input.shape[1], input.device, layer.Causal), pass), pass);
}
