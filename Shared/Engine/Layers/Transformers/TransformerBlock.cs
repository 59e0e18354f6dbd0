using Federated.Core.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Layers.Transformers;

/// <summary>A block: self-attention, in a decoder attention to the source, and a feed-forward network; each with a residual, dropout and layer normalisation. What lies between
/// is gone after the block but for what the graph holds.</summary>
internal sealed class TransformerBlock
{
    private readonly SelfAttention _attention;
    private readonly CrossAttention? _cross;
    private readonly Dense _hidden, _out;
    private readonly LayerNorm _attentionNorm, _feedNorm;
    private readonly LayerNorm? _crossNorm;
    private readonly ActivationFunction? _activation;
    private readonly Dropout _dropout;
    private readonly bool _before;

    /// <param name="tensors">The block's are next.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="crosses">Whether it attends to a source.</param>
    /// <param name="norm">Where it normalises.</param>
    /// <param name="activation">Of the feed-forward network.</param>
    /// <param name="dropout">Of what each part gives.</param>
    public TransformerBlock(ref TensorReader tensors, int heads, bool crosses, BlockNorm norm, Activation activation, double dropout)
    {
        (_attention, _attentionNorm) = (SelfAttention.Read(ref tensors, heads), tensors.Norm());
        if (crosses) (_cross, _crossNorm) = (CrossAttention.Read(ref tensors, heads), tensors.Norm());
        (_hidden, _out, _feedNorm) = (tensors.Dense(), tensors.Dense(), tensors.Norm());
        _activation = activation == Activation.None ? null : new ActivationFunction(activation, inPlace: activation == Activation.Relu);
        (_dropout, _before) = (new Dropout(dropout), norm == BlockNorm.Before);
    }

    /// <param name="sequence">Shape [batch, T, features].</param>
    /// <param name="mask">Of self-attention.</param>
    /// <param name="source">Encoded source, shape [batch, S, features]; in a decoder only.</param>
    /// <param name="sourceMask">Hides the source's padding.</param>
    /// <param name="pass">Draws of dropout, and precision.</param>
    /// <returns>Shape of the sequence.</returns>
    public Tensor Forward(Tensor sequence, Tensor? mask, Tensor? source, Tensor? sourceMask, ForwardPass pass)
    {
        using var scope = NewDisposeScope();
        var current = Add(sequence, _attentionNorm, input => _attention.Forward(input, mask, pass), pass);
        if (_cross is not null) current = Add(current, _crossNorm!, input => _cross.Forward(input, _cross.Remember(source!, pass), sourceMask!, pass), pass);
        return Add(current, _feedNorm, input => FeedForward(input, pass), pass).MoveToOuterDisposeScope();
    }

    /// <summary>Keys and values of the source, for decoding.</summary>
    public KeyValues Remember(Tensor source) => _cross!.Remember(source, default);

    /// <summary>One step more of a decoder, without dropout.</summary>
    /// <param name="step">Shape [batch, 1, features].</param>
    /// <param name="own">The steps before it.</param>
    /// <param name="source">What <see cref="Remember"/> gave.</param>
    /// <param name="sourceMask">Hides the source's padding.</param>
    public Tensor Extend(Tensor step, KeyValues own, KeyValues source, Tensor sourceMask)
    {
        var current = Add(step, _attentionNorm, input => _attention.Extend(input, own), default);
        current = Add(current, _crossNorm!, input => _cross!.Forward(input, source, sourceMask, default), default);
        return Add(current, _feedNorm, input => FeedForward(input, default), default);
    }

    private Tensor Add(Tensor to, LayerNorm norm, Func<Tensor, Tensor> part, ForwardPass pass) => _before
        ? to + _dropout.Forward(part(norm.Forward(to, pass)), pass)
        : norm.Forward(to + _dropout.Forward(part(to), pass), pass);

    private Tensor FeedForward(Tensor input, ForwardPass pass)
    {
        var hidden = _hidden.Forward(input, pass);
        return _out.Forward(_activation?.Forward(hidden, pass) ?? hidden, pass);
    }
}
