using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Models;
using Federated.Engine.Objectives;
using Federated.Engine.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Layers;

/// <summary>Models on a device that is not the processor: libtorch's meta device, which has shapes and no numbers, so it shows whether a tensor is made on the wrong device
/// (libtorch refuses to mix them) and needs no GPU. Batches come from the host, as in training. Without a meta kernel, and so not seen here: convolution, index_select
/// (embeddings, recommenders, translators, the second direction of recurrent layers), native_batch_norm (the normalisations, and with them the blocks of transformers), isnan
/// (normalize), where (attention), backward passes, the losses mae, huber and of pairs, and whatever reads numbers on the host: padding, hits, tokens, boxes.</summary>
public sealed class OtherDeviceTests
{
    private const int Count = 3;

    private static readonly Device Meta = new(DeviceType.META);

    private static readonly DataShape Image = DataShape.ForClasses([4, 5, 5], 1), Series = DataShape.ForClasses([7, 4], 1), Table = DataShape.ForClasses([6], 1);

    private static ImmutableSortedDictionary<string, (DataShape Data, ImmutableArray<LayerSpec> Layers)> Lists { get; } = new Dictionary<string, (DataShape, ImmutableArray<LayerSpec>)>
    {
        ["dense, dropout"] = (Table, [new DenseLayer { Units = 4 }, new DropoutLayer(), new DenseLayer { Units = 3 }]),
        ["pools of images"] = (Image, [new MaxPool2dLayer { Stride = 1 }, new AvgPool2dLayer { Stride = 1 }, new GlobalMaxPool2dLayer(), new DenseLayer { Units = 2 }]),
        ["global_avg_pool2d"] = (Image, [new GlobalAvgPool2dLayer(), new DenseLayer { Units = 2 }]),
        ["pools of sequences"] = (Series, [new DenseLayer { Units = 4 }, new MaxPool1dLayer { Stride = 1 }, new AvgPool1dLayer(), new GlobalMaxPool1dLayer()]),
        ["global_avg_pool1d"] = (Series, [new DenseLayer { Units = 4 }, new GlobalAvgPool1dLayer()]),
        ["residual"] = (Table, [new ResidualLayer { Layers = [new DenseLayer { Units = 3, Activation = Activation.Tanh }] }]),
        ["positional_encoding, sinusoidal"] = (Series, [new PositionalEncodingLayer { Scale = true }, new FlattenLayer(), new DenseLayer { Units = 2 }]),
        ["positional_encoding, learned"] = (Series, [new PositionalEncodingLayer { Kind = Positions.Learned }, new FlattenLayer()]),
        ["rnn"] = (Series, [new RnnLayer { Units = 2, Layers = 2, Dropout = 0.3 }]),
        ["lstm"] = (Series, [new LstmLayer { Units = 2, Return = RecurrentReturn.Sequence }, new LstmLayer { Units = 3 }]),
        ["gru"] = (Series, [new GruLayer { Units = 3, Layers = 2 }]),
    }.Concat(Enum.GetValues<Activation>().Where(activation => activation != Activation.None).Select(activation => KeyValuePair.Create(
        LayerNames.Of(activation), (Table, ImmutableArray.Create<LayerSpec>(new DenseLayer { Units = 3, Activation = activation }))))).ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static TheoryData<string> Kinds => [.. Lists.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Layers_go_forward_where_their_parameters_are(string kind)
    {
        LibtorchSetup.Ensure();
        var (data, layers) = Lists[kind];
        var plan = Enumerable.Range(1, 64).Select(outputs => ModelPlanner.Plan(new ModelSpec { Layers = layers }, data with { Output = [outputs] }).Plan).First(fit => fit is not null)!;
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var here = new ModelReplica(plan, keepSoftmax: true);
        using var there = new ModelReplica(plan, keepSoftmax: true, Meta);
        var input = ones([Count, .. plan.Data.Input.Select(size => (long)size)]);
        foreach (var draws in new[] { null, new RandomStream(1) })
        {
            var scores = there.Forward(input, draws);
            AssertOnMeta(scores);
            Assert.Equal(here.Forward(input, draws).shape, scores.shape);
        }
    }

    [Fact]
    public void The_loss_of_numbers_is_where_the_scores_are()
    {
        using var scope = NewDisposeScope();
        var objective = LearningObjective.Create(DataShape.ForNumbers([2]), new TrainingSpec { Loss = Loss.Mse });
        AssertOnMeta(objective.Score(empty(Count, 2, device: Meta), new Batch(zeros(Count, 2), zeros(Count, 2), Count)).Mean);
    }

    [Fact]
    public void Memory_of_another_device_is_not_read_as_the_hosts()
    {
        using var there = empty(3, device: Meta);
        Assert.Throws<InvalidOperationException>(() => there.Floats().Length);
    }

    private static void AssertOnMeta(Tensor tensor) => Assert.Equal(DeviceType.META, tensor.device_type);
}
