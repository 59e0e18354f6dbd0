using Federated.Core.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Layers.Transformers;

/// <summary>A translator: encoder, decoder, and scores by products with the target's embeddings.</summary>
internal sealed class EncoderDecoder : ILayer
{
    private readonly Tensor _sourceWeight, _targetWeight;
    private readonly TransformerStack _encoder, _decoder;
    private readonly PositionalEncoding _sourcePositions, _targetPositions;
    private readonly Dropout _dropout;
    private readonly int _sourceLength;

    /// <param name="layer">Sizes.</param>
    /// <param name="input">Source and target together.</param>
    /// <param name="tensors">In schema order.</param>
    public EncoderDecoder(EncoderDecoderLayer layer, Signal input, ReadOnlySpan<Tensor> tensors)
    {
        _sourceLength = input.SourceLength;
        TargetLength = input.Shape[0] - _sourceLength;
        var reader = new TensorReader(tensors);
        (_sourceWeight, _targetWeight) = (reader.Next(), reader.Next());
        var stack = new TransformerEncoderLayer { Heads = layer.Heads, Hidden = layer.Hidden, Layers = layer.Layers, Dropout = layer.Dropout };
        _encoder = new(ref reader, stack);
        _decoder = new(ref reader, stack, crosses: true);
        _sourcePositions = new(_sourceLength, layer.Size, scaled: true, weight: null);
        _targetPositions = new(TargetLength, layer.Size, scaled: true, weight: null);
        _dropout = new(layer.Dropout);
    }

    /// <summary>Tokens of the longest target, with its end symbol.</summary>
    public int TargetLength { get; }

    /// <param name="input">Not read: the pass has the symbols, shape [batch, S + T].</param>
    /// <param name="pass">Symbols and draws.</param>
    /// <returns>Scores, shape [batch, T, target vocabulary].</returns>
    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        using var scope = NewDisposeScope();
        var symbols = pass.Symbols ?? throw new InvalidOperationException("A translator needs symbols.");
        var target = symbols.narrow(1, _sourceLength, TargetLength);
        var (encoded, hidden) = Encode(symbols, pass);
        var embedded = _dropout.Forward(_targetPositions.At(Embed(_targetWeight, target), 0), pass);
        var decoded = _decoder.Forward(embedded, AttentionMask.Of(target, TargetLength, symbols.device, causal: true), encoded, hidden, pass);
        return Products.Linear(decoded, _targetWeight, null, pass).MoveToOuterDisposeScope();
    }

    /// <summary>Reads sources, to be translated token by token without dropout.</summary>
    /// <param name="symbols">int64 [batch, S + anything].</param>
    public DecoderMemory Read(Tensor symbols)
    {
        using var scope = NewDisposeScope();
        var (encoded, hidden) = Encode(symbols, default);
        return new DecoderMemory([.. _decoder.Blocks.Select(block => block.Remember(encoded))], hidden);
    }

    /// <summary>Scores of the token after one more token.</summary>
    /// <param name="tokens">The last token of each translation, int64 [batch, 1]; the begin symbol at first.</param>
    /// <param name="memory">What was read and written so far; the tokens are added to it.</param>
    /// <returns>Shape [batch, target vocabulary].</returns>
    public Tensor Extend(Tensor tokens, DecoderMemory memory)
    {
        using var scope = NewDisposeScope();
        var current = _targetPositions.At(Embed(_targetWeight, tokens), memory.Steps);
        for (var i = 0; i < _decoder.Blocks.Length; i++) current = _decoder.Blocks[i].Extend(current, memory.Own[i], memory.Source[i], memory.SourceMask);
        memory.Steps++;
        return F.linear(_decoder.Normalise(current), _targetWeight).squeeze(1).MoveToOuterDisposeScope();
    }

    private (Tensor Encoded, Tensor Mask) Encode(Tensor symbols, ForwardPass pass)
    {
        var source = symbols.narrow(1, 0, _sourceLength);
        var mask = AttentionMask.OfPadding(source);
        var embedded = _dropout.Forward(_sourcePositions.At(Embed(_sourceWeight, source), 0), pass);
        return (_encoder.Forward(embedded, mask, source: null, sourceMask: null, pass), mask);
    }

    private static Tensor Embed(Tensor weight, Tensor symbols) => weight.index_select(0, symbols.reshape(-1)).view([.. symbols.shape, weight.shape[1]]);
}
