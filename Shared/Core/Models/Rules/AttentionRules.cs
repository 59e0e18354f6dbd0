using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Models.Rules;

/// <summary>Attention, transformer blocks and positions.</summary>
internal static class AttentionRules
{
    public static Signal? Positions(LayerCheck check) => check.IsSequence() ? check.Input : null;

    public static Signal? Attention(LayerCheck check, AttentionLayer attention)
    {
        check.Holds(attention.Dropout is >= 0 and < 1, "dropout", attention.Dropout, "at least 0 and below 1");
        return check.AtLeastOne(attention.Heads, "heads") & check.IsSequence() && Divide(check, attention.Heads, check.Shape[1]) ? check.Input : null;
    }

    public static Signal? Encoder(LayerCheck check, TransformerEncoderLayer encoder)
    {
        check.Holds(encoder.Dropout is >= 0 and < 1, "dropout", encoder.Dropout, "at least 0 and below 1");
        if (encoder.Activation == Activation.Softmax) check.Fault($"{check.Name}'s activation softmax is for the last layer of a model: take relu or gelu");
        if (!(check.AtLeastOne(encoder.Heads, "heads") & check.AtLeastOne(encoder.Hidden, "hidden") & check.AtLeastOne(encoder.Layers, "layers") & check.IsSequence())) return null;
        return Divide(check, encoder.Heads, check.Shape[1]) & FitsBlock(check, check.Shape[1], encoder.Hidden) ? check.Input : null;
    }

    public static Signal? Translator(LayerCheck check, EncoderDecoderLayer layer)
    {
        check.Holds(layer.Dropout is >= 0 and < 1, "dropout", layer.Dropout, "at least 0 and below 1");
        var sound = check.AtLeastOne(layer.Size, "size") & check.AtLeastOne(layer.Heads, "heads") & check.AtLeastOne(layer.Hidden, "hidden") & check.AtLeastOne(layer.Layers, "layers");
        if (!sound || !Divide(check, layer.Heads, layer.Size) || !FitsBlock(check, layer.Size, layer.Hidden) || check.Input is null) return null;
        if (check.Input is { Vocabularies: [var source, var target], Shape: [var steps], SourceLength: > 0 and var before } && before < steps)
            return check.Fits(source, layer.Size) & check.Fits(target, layer.Size) & check.Fits(steps - before, target) ? new(steps - before, target) : null;
        check.Fault($"encoder_decoder gets {check.Got} and needs symbols of sentence pairs: put it first, and take a data set of pairs");
        return null;
    }

    public static ImmutableArray<TensorSpec> Tensors(LayerCheck check, PositionalEncodingLayer layer) =>
        layer.Kind == Models.Positions.Learned ? [check.Tensor("weight", check.Shape)] : [];

    public static ImmutableArray<TensorSpec> Tensors(LayerCheck check, AttentionLayer _) => [.. Attention(check, "", check.Shape[1])];

    public static ImmutableArray<TensorSpec> Tensors(LayerCheck check, TransformerEncoderLayer encoder) =>
        [.. Stack(check, "", encoder.Layers, check.Shape[1], encoder.Hidden, crosses: false, encoder.Norm)];

    public static ImmutableArray<TensorSpec> Tensors(LayerCheck check, EncoderDecoderLayer layer) =>
    [
        check.Tensor("source.embedding", [check.Input!.Vocabularies[0], layer.Size]),
        check.Tensor("target.embedding", [check.Input.Vocabularies[1], layer.Size]),
        .. Stack(check, "encoder.", layer.Layers, layer.Size, layer.Hidden, crosses: false, BlockNorm.Before),
        .. Stack(check, "decoder.", layer.Layers, layer.Size, layer.Hidden, crosses: true, BlockNorm.Before),
    ];

    private static IEnumerable<TensorSpec> Stack(LayerCheck check, string above, int layers, int size, int hidden, bool crosses, BlockNorm norm) =>
        Enumerable.Range(1, layers).SelectMany(layer => Block(check, FormattableString.Invariant($"{above}{layer}."), size, hidden, crosses))
            .Concat(norm == BlockNorm.Before ? Affine(check, above + "norm", size) : []);

    private static IEnumerable<TensorSpec> Block(LayerCheck check, string above, int size, int hidden, bool crosses) =>
    [
        .. Attention(check, above + "attention.", size), .. Affine(check, above + "attention_norm", size),
        .. crosses ? Crossing(check, above + "cross.", size) : [], .. crosses ? Affine(check, above + "cross_norm", size) : [],
        .. Linear(check, above + "feed.in", hidden, size), .. Linear(check, above + "feed.out", size, hidden), .. Affine(check, above + "feed_norm", size),
    ];

    // Queries, keys and values in one product, as PyTorch has them.
    private static IEnumerable<TensorSpec> Attention(LayerCheck check, string above, int size) =>
        [.. Linear(check, above + "in", 3 * size, size), .. Linear(check, above + "out", size, size)];

    // Queries from the target; keys and values from the source.
    private static IEnumerable<TensorSpec> Crossing(LayerCheck check, string above, int size) =>
        [.. Linear(check, above + "query", size, size), .. Linear(check, above + "source", 2 * size, size), .. Linear(check, above + "out", size, size)];

    private static IEnumerable<TensorSpec> Linear(LayerCheck check, string name, int outputs, int inputs) =>
        [check.Tensor(name + ".weight", [outputs, inputs]), check.Tensor(name + ".bias", [outputs])];

    private static IEnumerable<TensorSpec> Affine(LayerCheck check, string name, int size) => [check.Tensor(name + ".weight", [size]), check.Tensor(name + ".bias", [size])];

    private static bool FitsBlock(LayerCheck check, int size, int hidden) => check.Fits(3, size, size) & check.Fits(hidden, size);

    private static bool Divide(LayerCheck check, int heads, int features) => features % heads == 0
        || check.Fault($"{check.Name}'s {heads} heads must divide the {features} features: take {Enumerable.Range(1, heads).Last(fitting => features % fitting == 0)}");
}
