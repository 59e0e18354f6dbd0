using static TorchSharp.torch;

namespace Federated.Engine.Layers.Transformers;

/// <summary>Hands out a layer's tensors in the order of its schema, to one part after the other.</summary>
internal ref struct TensorReader(ReadOnlySpan<Tensor> tensors)
{
    private ReadOnlySpan<Tensor> _rest = tensors;

    /// <summary>The next one.</summary>
    public Tensor Next()
    {
        var next = _rest[0];
        _rest = _rest[1..];
        return next;
    }

    /// <summary>A weight and its bias as a dense layer.</summary>
    public Dense Dense() => new(Next(), Next());

    /// <summary>A layer normalisation.</summary>
    public LayerNorm Norm() => new(Next(), Next(), epsilon: 1e-5);
}
