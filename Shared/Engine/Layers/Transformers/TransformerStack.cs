using System.Collections.Immutable;
using Federated.Core.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Layers.Transformers;

/// <summary>Blocks one after the other and, where they normalise before their parts, one normalisation more.</summary>
internal sealed class TransformerStack
{
    private readonly LayerNorm? _norm;

    public TransformerStack(ref TensorReader tensors, TransformerEncoderLayer layer, bool crosses = false)
    {
        var blocks = ImmutableArray.CreateBuilder<TransformerBlock>(layer.Layers);
        for (var i = 0; i < layer.Layers; i++) blocks.Add(new(ref tensors, layer.Heads, crosses, layer.Norm, layer.Activation, layer.Dropout));
        (Blocks, _norm) = (blocks.MoveToImmutable(), layer.Norm == BlockNorm.Before ? tensors.Norm() : null);
    }

    public ImmutableArray<TransformerBlock> Blocks { get; }

    /// <summary>As <see cref="TransformerBlock.Forward"/>, through all blocks.</summary>
    public Tensor Forward(Tensor sequence, Tensor? mask, Tensor? source, Tensor? sourceMask, ForwardPass pass) =>
        Normalise(Blocks.Aggregate(sequence, (current, block) => block.Forward(current, mask, source, sourceMask, pass)));

    /// <summary>What follows the last block.</summary>
    public Tensor Normalise(Tensor sequence) => _norm?.Forward(sequence, default) ?? sequence;
}

/// <summary>A stack of blocks as a layer.</summary>
internal sealed class TransformerEncoder(TransformerStack stack, bool causal) : ILayer
{
    public static TransformerEncoder Create(TransformerEncoderLayer layer, ReadOnlySpan<Tensor> tensors)
    {
        var reader = new TensorReader(tensors);
        return new(new TransformerStack(ref reader, layer), layer.Causal);
    }

    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        using var scope = NewDisposeScope();
        var mask = AttentionMask.Of(AttentionMask.SymbolsOf(input, pass), input.shape[1], input.device, causal);
        return stack.Forward(input, mask, source: null, sourceMask: null, pass).MoveToOuterDisposeScope();
    }
}
