using System.Collections.Immutable;
using System.Reflection;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Layers;

/// <summary>The gradient of each kind of layer against central differences of the loss.</summary>
public sealed class GradientTests
{
    private const int Batch = 3;

    private static readonly DataShape Image = DataShape.ForClasses([4, 5, 5], 1);
    private static readonly DataShape Series = DataShape.ForClasses([7, 4], 1);
    private static readonly DataShape Text = DataShape.ForClasses([4], 1) with { Vocabularies = [6] };

    private static readonly DataShape Ratings = DataShape.ForRatings(Feedback.Implicit, 4, 5);

    // Pairs of a user and an item.
    private static readonly float[] Choices = [0, 4, 3, 1, 2, 0];
    private static readonly DataShape Pairs = DataShape.ForPairs(2, 2, 6, 6);

    // Symbols of which one is padding; images are drawn.
    private static readonly float[] Sentences = [1, 2, 3, 0, 5, 4, 4, 1, 2, 0, 0, 0];

    public static TheoryData<string> Kinds => [.. Layers.Keys];

    private static ImmutableSortedDictionary<string, ImmutableArray<LayerSpec>> Layers { get; } = new Dictionary<string, ImmutableArray<LayerSpec>>
    {
        ["dense"] = [new FlattenLayer(), new DenseLayer { Units = 3 }],
        ["conv2d"] = [new Conv2dLayer { Filters = 2, Padding = Padding.Same }, new FlattenLayer()],
        ["conv2d, stride, dilation and groups"] = [new Conv2dLayer { Filters = 4, Kernel = 2, Stride = 2, Dilation = 2, Groups = 2 }, new FlattenLayer()],
        ["conv2d, even same padding"] = [new Conv2dLayer { Filters = 2, Kernel = 2, Padding = Padding.Same }, new FlattenLayer()],
        ["max_pool2d"] = [new Conv2dLayer { Filters = 2 }, new MaxPool2dLayer(), new FlattenLayer()],
        ["avg_pool2d"] = [new Conv2dLayer { Filters = 2 }, new AvgPool2dLayer(), new FlattenLayer()],
        ["global_max_pool2d"] = [new Conv2dLayer { Filters = 2 }, new GlobalMaxPool2dLayer()],
        ["global_avg_pool2d"] = [new Conv2dLayer { Filters = 2 }, new GlobalAvgPool2dLayer()],
        ["dropout"] = [new FlattenLayer(), new DenseLayer { Units = 4 }, new DropoutLayer(), new DenseLayer { Units = 3 }],
        ["batch_norm"] = [new Conv2dLayer { Filters = 2 }, new BatchNormLayer(), new FlattenLayer()],
        ["group_norm"] = [new Conv2dLayer { Filters = 4 }, new GroupNormLayer { Groups = 2 }, new FlattenLayer()],
        ["layer_norm"] = [new FlattenLayer(), new DenseLayer { Units = 4 }, new LayerNormLayer()],
        ["embedding"] = [new EmbeddingLayer { Size = 3 }, new FlattenLayer(), new DenseLayer { Units = 2 }],
        ["conv1d"] = [new Conv1dLayer { Filters = 3, Padding = SequencePadding.Same }, new FlattenLayer()],
        ["conv1d, causal with stride, dilation and groups"] = [new Conv1dLayer { Filters = 4, Kernel = 2, Stride = 2, Dilation = 2, Groups = 2, Padding = SequencePadding.Causal }, new FlattenLayer()],
        ["max_pool1d"] = [new Conv1dLayer { Filters = 2 }, new MaxPool1dLayer(), new FlattenLayer()],
        ["avg_pool1d"] = [new Conv1dLayer { Filters = 2 }, new AvgPool1dLayer(), new FlattenLayer()],
        ["global_max_pool1d"] = [new Conv1dLayer { Filters = 2 }, new GlobalMaxPool1dLayer()],
        ["global_avg_pool1d"] = [new Conv1dLayer { Filters = 2 }, new GlobalAvgPool1dLayer()],
        ["global_max_pool1d, padding"] = [new EmbeddingLayer { Size = 3 }, new GlobalMaxPool1dLayer(), new DenseLayer { Units = 2 }],
        ["global_avg_pool1d, padding"] = [new EmbeddingLayer { Size = 3 }, new GlobalAvgPool1dLayer(), new DenseLayer { Units = 2 }],
        ["dense, each step"] = [new Conv1dLayer { Filters = 3 }, new DenseLayer { Units = 2 }, new FlattenLayer()],
        ["batch_norm, sequence"] = [new Conv1dLayer { Filters = 2 }, new BatchNormLayer(), new FlattenLayer()],
        ["group_norm, sequence"] = [new Conv1dLayer { Filters = 4 }, new GroupNormLayer { Groups = 2 }, new FlattenLayer()],
        ["layer_norm, sequence"] = [new Conv1dLayer { Filters = 4 }, new LayerNormLayer(), new FlattenLayer()],
        ["softmax, each step"] = [new Conv1dLayer { Filters = 4 }, new DenseLayer { Units = 3, Activation = Activation.Softmax }],
        ["residual"] = [new ResidualLayer { Layers = [new Conv2dLayer { Filters = 4, Padding = Padding.Same, Activation = Activation.Tanh }, new Conv2dLayer { Filters = 4, Padding = Padding.Same }], Activation = Activation.Elu }, new FlattenLayer()],   // smooth: many sums lie near relu's kink
        ["residual, projection"] = [new ResidualLayer { Layers = [new Conv2dLayer { Filters = 6, Stride = 2, Padding = Padding.Same }], ShortcutGroups = 2, Activation = Activation.Tanh }, new FlattenLayer()],
        ["residual, features"] = [new FlattenLayer(), new DenseLayer { Units = 4 }, new ResidualLayer { Layers = [new DenseLayer { Units = 3, Activation = Activation.Sigmoid }] }],
        ["residual, sequence"] = [new Conv1dLayer { Filters = 4 }, new ResidualLayer { Layers = [new Conv1dLayer { Filters = 2, Stride = 2, Padding = SequencePadding.Causal }], Activation = Activation.None }, new FlattenLayer()],
        ["residual, nested"] = [new FlattenLayer(), new DenseLayer { Units = 4 }, new ResidualLayer { Layers = [new ResidualLayer { Layers = [new DenseLayer { Units = 4, Activation = Activation.Tanh }] }, new DenseLayer { Units = 4 }] }],
        ["normalize"] = [new NormalizeLayer(), new FlattenLayer(), new DenseLayer { Units = 3 }],
        ["rnn"] = [new EmbeddingLayer { Size = 3 }, new RnnLayer { Units = 2, Layers = 2, Dropout = 0.3, Bidirectional = true }],
        ["lstm"] = [new EmbeddingLayer { Size = 3 }, new LstmLayer { Units = 2, Bidirectional = true, Return = RecurrentReturn.Sequence }, new LstmLayer { Units = 3 }],
        ["gru"] = [new EmbeddingLayer { Size = 3 }, new GruLayer { Units = 3, Layers = 2, Bidirectional = true }],
        ["neumf"] = [new NeumfLayer { Factors = 3, Hidden = 1 }],
        ["two_tower"] = [new TwoTowerLayer { Factors = 2, Hidden = 3 }],
        ["positional_encoding, sinusoidal"] = [new EmbeddingLayer { Size = 3 }, new PositionalEncodingLayer { Scale = true }, new FlattenLayer()],
        ["positional_encoding, learned"] = [new EmbeddingLayer { Size = 3 }, new PositionalEncodingLayer { Kind = Positions.Learned }, new FlattenLayer()],
        ["attention"] = [new EmbeddingLayer { Size = 4 }, new AttentionLayer { Heads = 2, Dropout = 0.2 }, new FlattenLayer()],
        ["attention, causal"] = [new EmbeddingLayer { Size = 4 }, new AttentionLayer { Heads = 2, Causal = true }, new FlattenLayer()],
        ["transformer_encoder"] = [new EmbeddingLayer { Size = 4 }, new TransformerEncoderLayer { Heads = 2, Hidden = 5 }, new FlattenLayer()],
        ["transformer_encoder, causal, normalised after"] = [new EmbeddingLayer { Size = 4 },
            new TransformerEncoderLayer { Heads = 2, Hidden = 5, Causal = true, Norm = BlockNorm.After, Activation = Activation.Gelu }, new FlattenLayer()],
        ["encoder_decoder"] = [new EncoderDecoderLayer { Size = 4, Heads = 2, Hidden = 5 }],
        ["relu"] = Activated(Activation.Relu),
        ["sigmoid"] = Activated(Activation.Sigmoid),
        ["tanh"] = Activated(Activation.Tanh),
        ["gelu"] = Activated(Activation.Gelu),
        ["leaky_relu"] = Activated(Activation.LeakyRelu),
        ["elu"] = Activated(Activation.Elu),
        ["selu"] = Activated(Activation.Selu),
        ["silu"] = Activated(Activation.Silu),
        ["mish"] = Activated(Activation.Mish),
        ["softplus"] = Activated(Activation.Softplus),
        ["softmax"] = [new FlattenLayer(), new DenseLayer { Units = 3, Activation = Activation.Softmax }],
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradient_is_what_the_differences_of_the_loss_say(string kind)
    {
        LibtorchSetup.Ensure();
        var layers = Layers[kind];
        // Several normalisations and kinks of relu one after the other are straight over shorter distances only.
        var step = layers.Any(layer => layer is TransformerEncoderLayer or EncoderDecoderLayer) ? 1e-3f : 1e-2f;
        using var replica = new ModelReplica(Plan(layers), keepSoftmax: true);
        var random = new RandomStream(SeedTree.Derive(1, kind));
        // Away from the identities that normalisations and biases start from.
        // Variances of the data are what is not trained, and positive.
        float[] at = [.. replica.Plan.Schema.Tensors.SelectMany(spec => Enumerable.Range(0, spec.Count).Select(_ => (float)(0.3 * random.NextGaussian())).Select(value => spec.Trainable ? value : Math.Abs(value) + 0.1f))];
        var data = replica.Plan.Data;
        float[] input = data == Ratings ? Choices : !data.Vocabularies.IsEmpty ? Sentences
            : [.. Enumerable.Range(0, Batch * data.Input.Aggregate((product, size) => product * size)).Select(_ => (float)random.NextGaussian())];

        replica.Parameters.Load(at);
        using (NewDisposeScope()) LossOf(replica, input).backward();
        var offset = 0;
        foreach (var (spec, parameter) in replica.Plan.Schema.Tensors.Zip(replica.Parameters.Tensors))
        {
            // A few of each tensor: first, last and one between.
            foreach (var i in spec.Trainable ? new[] { 0, spec.Count / 2, spec.Count - 1 }.Distinct() : [])
            {
                var expected = (At(offset + i, step) - At(offset + i, -step)) / (2 * step);
                var actual = parameter.grad!.Floats()[i];
                Assert.True(Math.Abs(expected - actual) <= 2e-2 * Math.Max(1, Math.Abs(expected)), $"{spec.Name}[{i}]: {actual}, differences say {expected}");
            }
            offset += spec.Count;
        }

        float At(int parameter, float by)
        {
            using var scope = NewDisposeScope();
            float[] moved = [.. at];
            moved[parameter] += by;
            replica.Parameters.Load(moved);
            return LossOf(replica, input).item<float>();
        }
    }

    [Fact]
    public void Every_layer_and_activation_that_a_job_may_name_is_checked()
    {
        var names = Layers.Values.SelectMany(layers => layers).SelectMany(Names).ToHashSet();
        var kinds = typeof(LayerSpec).GetCustomAttribute<JobEntriesAttribute>()!.Kinds.Where(type => type != typeof(ActivationLayer))
            .Select(type => LayerNames.Of((LayerSpec)Activator.CreateInstance(type)!));
        Assert.Empty(kinds.Concat(Enum.GetValues<Activation>().Select(LayerNames.Of)).Except(names));
    }

    private static IEnumerable<string> Names(LayerSpec layer) => layer switch
    {
        DenseLayer dense => [LayerNames.Of(dense), LayerNames.Of(dense.Activation)],
        _ => [LayerNames.Of(layer)],
    };

    private static ImmutableArray<LayerSpec> Activated(Activation activation) =>
        [new FlattenLayer(), new DenseLayer { Units = 4, Activation = activation }, new DenseLayer { Units = 2 }];

    // The last layer's size is whatever it is.
    private static ModelPlan Plan(ImmutableArray<LayerSpec> layers)
    {
        if (layers[0] is EncoderDecoderLayer) return ModelPlanner.Plan(new ModelSpec { Layers = layers }, Pairs).Plan!;
        var data = layers[0] is NeumfLayer or TwoTowerLayer ? Ratings : layers[0] is EmbeddingLayer ? Text : layers[0] is Conv1dLayer ? Series : Image;
        for (var outputs = 1; outputs <= 256; outputs++)
            foreach (ImmutableArray<int> output in new ImmutableArray<int>[] { [outputs], [5, outputs] })
                if (ModelPlanner.Plan(new ModelSpec { Layers = layers }, data with { Output = output }).Plan is { } plan) return plan with { Data = data };
        throw new ArgumentException("The layers do not fit.", nameof(layers));
    }

    // A weighted sum of squares, so that no output's gradient is another's. The draws of dropout are the same each time.
    private static Tensor LossOf(ModelReplica replica, float[] input)
    {
        var scores = replica.Forward(tensor(input).view([Batch, .. replica.Plan.Data.Input.Select(size => (long)size)]), new RandomStream(7));
        var weights = arange(1, scores.NumberOfElements + 1, float32).view(scores.shape) / scores.NumberOfElements;
        return (scores * scores * weights).sum();
    }
}
