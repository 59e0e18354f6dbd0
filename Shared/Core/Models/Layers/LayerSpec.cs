using System.Collections.Immutable;
using Federated.Core.Jobs;

namespace Federated.Core.Models;

/// <summary>One entry of a job's layer list. The key in the file is the record's name in snake_case without "Layer", its properties are the options.</summary>
[JobEntries(
    typeof(DenseLayer),
    typeof(Conv2dLayer), typeof(MaxPool2dLayer), typeof(AvgPool2dLayer), typeof(GlobalMaxPool2dLayer), typeof(GlobalAvgPool2dLayer),
    typeof(Conv1dLayer), typeof(MaxPool1dLayer), typeof(AvgPool1dLayer), typeof(GlobalMaxPool1dLayer), typeof(GlobalAvgPool1dLayer),
    typeof(ResidualLayer),
    typeof(FlattenLayer), typeof(DropoutLayer),
    typeof(EmbeddingLayer),
    typeof(NormalizeLayer),
    typeof(RnnLayer), typeof(LstmLayer), typeof(GruLayer),
    typeof(NeumfLayer), typeof(TwoTowerLayer),
    typeof(PositionalEncodingLayer), typeof(AttentionLayer), typeof(TransformerEncoderLayer), typeof(EncoderDecoderLayer),
    typeof(BatchNormLayer), typeof(GroupNormLayer), typeof(LayerNormLayer),
    typeof(ActivationLayer))]
public abstract record LayerSpec
{
    // The layers below its key "layers"; empty for a layer that holds none.
    internal virtual ImmutableArray<LayerSpec> Inner => [];
}
