using static TorchSharp.torch;

namespace Federated.Engine.Layers.Transformers;

/// <summary>Attention of a target to its source: queries of the one, keys and values of the other.</summary>
internal sealed class CrossAttention(Dense query, Dense source, Dense output, int heads)
{
    public static CrossAttention Read(ref TensorReader tensors, int heads) => new(tensors.Dense(), tensors.Dense(), tensors.Dense(), heads);

    /// <summary>Keys and values of a source.</summary>
    /// <param name="encoded">Shape [batch, S, features].</param>
    /// <param name="pass">Its precision.</param>
    public KeyValues Remember(Tensor encoded, ForwardPass pass)
    {
        var parts = AttentionHeads.Split(source.Forward(encoded, pass), 2, heads);
        return new(parts[0], parts[1]);
    }

    /// <param name="target">Shape [batch, T, features].</param>
    /// <param name="memory">What <see cref="Remember"/> gave.</param>
    /// <param name="mask">Hides the source's padding.</param>
    /// <param name="pass">Its precision.</param>
    /// <returns>Shape [batch, T, features].</returns>
    public Tensor Forward(Tensor target, KeyValues memory, Tensor mask, ForwardPass pass) =>
        output.Forward(AttentionHeads.Attend(AttentionHeads.Split(query.Forward(target, pass), 1, heads)[0], memory.Keys!, memory.Values!, mask), pass);
}
