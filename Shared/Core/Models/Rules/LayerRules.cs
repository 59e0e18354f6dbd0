using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Models.Rules;

/// <summary>What each layer accepts and gives. Infers the output even of a faulty layer where it does not depend on the fault, so that the next layers are
/// checked as well.</summary>
internal static class LayerRules
{
    /// <summary>Checks a layer.</summary>
    /// <returns>What it gives; null where that cannot be known.</returns>
    public static Signal? Infer(LayerCheck check, LayerSpec layer)
    {
        if (check.Input is not { IsSymbols: true } || TakesSymbols(layer)) return Known(check, layer);
        check.Fault($"{check.Name} gets {check.Got} and needs numbers: {(layer is NormalizeLayer ? "leave it out" : "put embedding before it")}");
        return null;
    }

    /// <summary>A layer's tensors in schema order.</summary>
    /// <param name="check">The layer with its input; it has no errors.</param>
    /// <param name="layer">The layer.</param>
    public static ImmutableArray<TensorSpec> Tensors(LayerCheck check, LayerSpec layer) => layer switch
    {
        DenseLayer dense => check.Weights([dense.Units, check.Shape[^1]], dense.Bias),
        Conv2dLayer convolution => ConvolutionRules.Tensors(check, convolution),
        Conv1dLayer convolution => Convolution1dRules.Tensors(check, convolution),
        ResidualLayer residual => ResidualRules.Tensors(check, residual),
        EmbeddingLayer embedding => SequenceRules.Tensors(check, embedding),
        RecurrentLayer recurrent => RecurrentRules.Tensors(check, recurrent),
        NeumfLayer neumf => RecommenderRules.Tensors(check, neumf),
        TwoTowerLayer towers => RecommenderRules.Tensors(check, towers),
        NormalizeLayer => NormalisationRules.Statistics(check),
        PositionalEncodingLayer positions => AttentionRules.Tensors(check, positions),
        AttentionLayer attention => AttentionRules.Tensors(check, attention),
        TransformerEncoderLayer encoder => AttentionRules.Tensors(check, encoder),
        EncoderDecoderLayer translator => AttentionRules.Tensors(check, translator),
        BatchNormLayer or GroupNormLayer or LayerNormLayer => NormalisationRules.Tensors(check, layer),
        _ => [],
    };

    // Indices mean nothing as numbers.
    private static bool TakesSymbols(LayerSpec layer) => layer is EmbeddingLayer or NeumfLayer or TwoTowerLayer or EncoderDecoderLayer;

    private static Signal? Known(LayerCheck check, LayerSpec layer) => layer switch
    {
        DenseLayer dense => DenseRules.Dense(check, dense),
        FlattenLayer => DenseRules.Flatten(check),
        DropoutLayer dropout => DenseRules.Dropout(check, dropout),
        Conv2dLayer convolution => ConvolutionRules.Convolution(check, convolution),
        MaxPool2dLayer pool => PoolingRules.Pool(check, pool.Size, pool.Stride),
        AvgPool2dLayer pool => PoolingRules.Pool(check, pool.Size, pool.Stride),
        GlobalMaxPool2dLayer or GlobalAvgPool2dLayer => PoolingRules.Global(check),
        Conv1dLayer convolution => Convolution1dRules.Convolution(check, convolution),
        MaxPool1dLayer pool => Convolution1dRules.Pool(check, pool.Size, pool.Stride),
        AvgPool1dLayer pool => Convolution1dRules.Pool(check, pool.Size, pool.Stride),
        GlobalMaxPool1dLayer or GlobalAvgPool1dLayer => Convolution1dRules.Global(check),
        ResidualLayer residual => ResidualRules.Residual(check, residual),
        EmbeddingLayer embedding => SequenceRules.Embedding(check, embedding),
        RecurrentLayer recurrent => RecurrentRules.Recurrent(check, recurrent),
        NeumfLayer neumf => RecommenderRules.Neumf(check, neumf),
        TwoTowerLayer towers => RecommenderRules.TwoTower(check, towers),
        NormalizeLayer => NormalisationRules.Normalize(check),
        PositionalEncodingLayer => AttentionRules.Positions(check),
        AttentionLayer attention => AttentionRules.Attention(check, attention),
        TransformerEncoderLayer encoder => AttentionRules.Encoder(check, encoder),
        EncoderDecoderLayer translator => AttentionRules.Translator(check, translator),
        BatchNormLayer norm => NormalisationRules.BatchNorm(check, norm),
        GroupNormLayer norm => NormalisationRules.GroupNorm(check, norm),
        LayerNormLayer norm => NormalisationRules.LayerNorm(check, norm),
        ActivationLayer => check.Input,
        _ => throw new ArgumentException($"{layer.GetType().Name} is not a known layer.", nameof(layer)),
    };
}
