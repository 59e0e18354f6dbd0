using System.Collections.Immutable;
using Federated.Core.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Layers;

/// <summary>Builds the computations of a planned model.</summary>
internal static class LayerFactory
{
    /// <param name="plan">The model.</param>
    /// <param name="tensors">All tensors in schema order.</param>
    /// <param name="keepSoftmax">False where the loss takes the scores before the final softmax.</param>
    public static ImmutableArray<ILayer> Create(ModelPlan plan, ImmutableArray<Tensor> tensors, bool keepSoftmax)
    {
        var layers = ImmutableArray.CreateBuilder<ILayer>();
        var first = 0;
        foreach (var planned in plan.Layers)
        {
            var own = tensors.AsSpan().Slice(first, planned.Tensors.Length);
            first += own.Length;
            layers.AddRange(Create(planned, own, keepSoftmax));
        }
        return layers.ToImmutable();
    }

    private static ImmutableArray<ILayer> Create(PlannedLayer planned, ReadOnlySpan<Tensor> tensors, bool keepSoftmax) => planned.Layer switch
    {
        DenseLayer dense => Activated(new Dense(tensors[0], dense.Bias ? tensors[1] : null), dense.Activation, keepSoftmax),
        Conv2dLayer convolution => Activated(
            Convolution.Create(convolution, planned.Input.Shape, tensors[0], convolution.Bias ? tensors[1] : null), convolution.Activation, keepSoftmax),
        MaxPool2dLayer pool => [new MaxPool(pool.Size, pool.Stride ?? pool.Size)],
        AvgPool2dLayer pool => [new AveragePool(pool.Size, pool.Stride ?? pool.Size)],
        GlobalMaxPool2dLayer => [new GlobalMaxPool()],
        GlobalAvgPool2dLayer => [new GlobalAveragePool()],
        FlattenLayer => [new Flatten()],
        DropoutLayer dropout => [new Dropout(dropout.Rate)],
        EmbeddingLayer => [new Embedding(tensors[0])],
        BatchNormLayer norm => [new BatchNorm(tensors[0], tensors[1], tensors[2], tensors[3], norm.Momentum, norm.Epsilon)],
        GroupNormLayer norm => [new GroupNorm(tensors[0], tensors[1], norm.Groups, norm.Epsilon)],
        LayerNormLayer norm => [new LayerNorm(tensors[0], tensors[1], norm.Epsilon)],
        ActivationLayer activation => Alone(activation.Activation, keepSoftmax, inPlace: false),
        _ => throw new ArgumentException($"{planned.Layer.GetType().Name} is not a known layer."),
    };

    // Right after a dense layer or a convolution relu may overwrite its input, which neither needs to go backward. On its own it may not: a sigmoid
    // before it, for one, keeps its result.
    private static ImmutableArray<ILayer> Activated(ILayer layer, Activation activation, bool keepSoftmax) =>
        [layer, .. Alone(activation, keepSoftmax, inPlace: true)];

    private static ImmutableArray<ILayer> Alone(Activation activation, bool keepSoftmax, bool inPlace) =>
        activation == Activation.None || (activation == Activation.Softmax && !keepSoftmax) ? [] : [new ActivationFunction(activation, inPlace)];
}
