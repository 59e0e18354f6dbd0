using System.Collections.Immutable;
using Federated.Core.Models;
using Federated.Engine.Layers.Transformers;
using static TorchSharp.torch;

namespace Federated.Engine.Layers;

/// <summary>Builds the computations of a planned model.</summary>
internal static class LayerFactory
{
    /// <param name="plan">The model.</param>
    /// <param name="tensors">All tensors in schema order.</param>
    /// <param name="keepSoftmax">False where the loss takes the scores before the final softmax.</param>
    /// <param name="last">Which of them the planned layer begins with that is the last to have trainable tensors; 0 where none has.</param>
    public static ImmutableArray<ILayer> Create(ModelPlan plan, ImmutableArray<Tensor> tensors, bool keepSoftmax, out int last)
    {
        var place = plan.Layers.Index().LastOrDefault(layer => layer.Item.Tensors.Any(tensor => tensor.Trainable)).Index;
        var before = Create(plan.Layers[..place], tensors.AsSpan(), keepSoftmax, out var left);
        last = before.Length;
        return before.AddRange(Create(plan.Layers[place..], left, keepSoftmax, out _));
    }

    private static ImmutableArray<ILayer> Create(
        ImmutableArray<PlannedLayer> list, ReadOnlySpan<Tensor> tensors, bool keepSoftmax, out ReadOnlySpan<Tensor> left)
    {
        var layers = ImmutableArray.CreateBuilder<ILayer>();
        foreach (var planned in list)
        {
            layers.AddRange(Create(planned, tensors[..planned.Tensors.Length], keepSoftmax));
            tensors = tensors[planned.Tensors.Length..];
        }
        left = tensors;
        return layers.ToImmutable();
    }

    private static ImmutableArray<ILayer> Create(PlannedLayer planned, ReadOnlySpan<Tensor> tensors, bool keepSoftmax) => planned.Layer switch
    {
        DenseLayer dense => Activated(new Dense(tensors[0], dense.Bias ? tensors[1] : null), dense.Activation, keepSoftmax),
        Conv2dLayer convolution => Activated(
            Convolution.Create(convolution, planned.Input.Shape, tensors[0], convolution.Bias ? tensors[1] : null), convolution.Activation, keepSoftmax),
        Conv1dLayer convolution => Activated(
            new Convolution1d(convolution, planned.Input.Shape[0], tensors[0], convolution.Bias ? tensors[1] : null), convolution.Activation, keepSoftmax),
        MaxPool1dLayer pool => [new MaxPool1d(pool.Size, pool.Stride ?? pool.Size)],
        AvgPool1dLayer pool => [new AveragePool1d(pool.Size, pool.Stride ?? pool.Size)],
        GlobalMaxPool1dLayer => [new GlobalMaxPool1d()],
        GlobalAvgPool1dLayer => [new GlobalAveragePool1d()],
        ResidualLayer residual => Residual(planned, residual, tensors, keepSoftmax),
        MaxPool2dLayer pool => [new MaxPool(pool.Size, pool.Stride ?? pool.Size)],
        AvgPool2dLayer pool => [new AveragePool(pool.Size, pool.Stride ?? pool.Size)],
        GlobalMaxPool2dLayer => [new GlobalMaxPool()],
        GlobalAvgPool2dLayer => [new GlobalAveragePool()],
        FlattenLayer => [new Flatten()],
        DropoutLayer dropout => [new Dropout(dropout.Rate)],
        EmbeddingLayer => [new Embedding(tensors[0])],
        NormalizeLayer => [new Normalize(tensors[0], tensors[1], planned.Input.Shape.Length == 3)],
        RecurrentLayer recurrent => [new Recurrent(recurrent, [.. tensors])],
        NeumfLayer => [new Neumf(tensors)],
        TwoTowerLayer => [new TwoTower(tensors)],
        PositionalEncodingLayer positions =>
            [new PositionalEncoding(planned.Input.Shape[0], planned.Input.Shape[1], positions.Scale, positions.Kind == Positions.Learned ? tensors[0] : null)],
        AttentionLayer attention => [Attention.Create(attention, tensors)],
        TransformerEncoderLayer encoder => [TransformerEncoder.Create(encoder, tensors)],
        EncoderDecoderLayer translator => [new EncoderDecoder(translator, planned.Input, tensors)],
        BatchNormLayer norm => [new BatchNorm(tensors[0], tensors[1], tensors[2], tensors[3], norm.Momentum, norm.Epsilon)],
        GroupNormLayer norm => [new GroupNorm(tensors[0], tensors[1], norm.Groups, norm.Epsilon)],
        LayerNormLayer norm => [new LayerNorm(tensors[0], tensors[1], norm.Epsilon)],
        ActivationLayer activation => Alone(activation.Activation, keepSoftmax, inPlace: false),
        _ => throw new ArgumentException($"{planned.Layer.GetType().Name} is not a known layer."),
    };

    private static ImmutableArray<ILayer> Residual(PlannedLayer planned, ResidualLayer residual, ReadOnlySpan<Tensor> tensors, bool keepSoftmax)
    {
        var body = Create(planned.Inner, tensors, keepSoftmax, out var own);
        return Activated(new Residual(body, own.IsEmpty ? [] : Projection(planned, residual, own)), residual.Activation, keepSoftmax);
    }

    private static ImmutableArray<ILayer> Projection(PlannedLayer planned, ResidualLayer residual, ReadOnlySpan<Tensor> own)
    {
        var stride = ResidualShapes.Stride(planned.Input.Shape, planned.Output.Shape)!.Value;
        ImmutableArray<ILayer> map = planned.Input.Shape.Length switch
        {
            3 => [Convolution.Create(new Conv2dLayer { Kernel = 1, Stride = stride }, planned.Input.Shape, own[0], null)],
            2 when stride > 1 => [new EveryStep(stride), new Dense(own[0], null)],
            _ => [new Dense(own[0], null)],
        };
        return residual.ShortcutGroups is { } groups ? map.Add(new GroupNorm(own[1], own[2], groups, GroupNormLayer.UsualEpsilon)) : map;
    }

    // Right after a dense layer, a convolution or a sum relu may overwrite its input, which none of them needs to go backward. On its own it may not: a sigmoid
    // before it, for one, keeps its result.
    private static ImmutableArray<ILayer> Activated(ILayer layer, Activation activation, bool keepSoftmax) =>
        [layer, .. Alone(activation, keepSoftmax, inPlace: true)];

    private static ImmutableArray<ILayer> Alone(Activation activation, bool keepSoftmax, bool inPlace) =>
        activation == Activation.None || (activation == Activation.Softmax && !keepSoftmax) ? [] : [new ActivationFunction(activation, inPlace)];
}
