using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Data;
using Federated.Engine.Layers;
using Federated.Engine.Models;
using Federated.Engine.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Training;

/// <summary>Training whose products have factors of bfloat16.</summary>
public sealed class MixedPrecisionTests
{
    private static readonly ForwardPass Rounding = new(new RandomStream(1), null, InBfloat16: true);
    private static readonly TrainingSpec Halved = new() { Precision = TrainingPrecision.Bfloat16 };

    private static readonly DataShape Text = DataShape.ForClasses([4], 4) with { Vocabularies = [6] };

    private static ImmutableSortedDictionary<string, (DataShape Data, ImmutableArray<LayerSpec> Layers)> Lists { get; } = new Dictionary<string, (DataShape, ImmutableArray<LayerSpec>)>
    {
        ["dense"] = (DataShape.ForClasses([6], 4), [new DenseLayer { Units = 5, Activation = Activation.Tanh }, new DenseLayer { Units = 4 }]),
        ["conv2d"] = (DataShape.ForClasses([4, 5, 5], 4), [new Conv2dLayer { Filters = 4, Kernel = 2, Padding = Padding.Same }, new GlobalAvgPool2dLayer()]),
        ["conv1d"] = (DataShape.ForClasses([7, 4], 4), [new Conv1dLayer { Filters = 4, Padding = SequencePadding.Causal }, new GlobalAvgPool1dLayer()]),
        ["transformer_encoder"] = (Text, [new EmbeddingLayer { Size = 4 }, new TransformerEncoderLayer { Heads = 2, Hidden = 5, Activation = Activation.Gelu }, new GlobalAvgPool1dLayer()]),
        ["encoder_decoder"] = (DataShape.ForPairs(2, 2, 6, 6), [new EncoderDecoderLayer { Size = 4, Heads = 2, Hidden = 5 }]),
        ["neumf"] = (DataShape.ForRatings(Feedback.Implicit, 6, 6), [new NeumfLayer { Factors = 3, Hidden = 1 }]),
        ["two_tower"] = (DataShape.ForRatings(Feedback.Implicit, 6, 6), [new TwoTowerLayer { Factors = 2, Hidden = 3 }]),
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static TheoryData<string> Multiplying => [.. Lists.Keys];

    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(1.00390625, 1.0)]       // 1 + 2⁻⁸ lies between two of 8 bits, and rounds to the even one
    [InlineData(1.01171875, 1.015625)]  // 1 + 3 * 2⁻⁸ likewise: upwards
    [InlineData(3e38, 3.0040553e38)]    // 226 * 2¹²⁰: the range is that of float32
    [InlineData(2e-38, 2.0020138e-38)]  // 218 * 2⁻¹³³
    public void Factors_are_rounded_to_eight_bits(double factor, double rounded)
    {
        LibtorchSetup.Ensure();
        using var scope = NewDisposeScope();
        var product = Products.Linear(tensor([(float)factor]).view(1, 1), ones(1, 1), null, Rounding);
        Assert.Equal(ScalarType.Float32, product.dtype);
        Assert.Equal(rounded, product.item<float>(), rounded * 1e-5);
    }

    [Fact]
    public void Sums_are_kept_in_more_than_eight_bits()
    {
        LibtorchSetup.Ensure();
        using var scope = NewDisposeScope();
        // Where sums had 8 bits, 256 + 1 would be 256, and no sum of ones larger.
        Assert.Equal(4096, Products.Linear(ones(1, 4096), ones(1, 4096), null, Rounding).item<float>());
        var convolution = Convolution.Create(new Conv2dLayer { Filters = 1, Kernel = 8, Padding = Padding.Valid }, [64, 8, 8], ones(1, 64, 8, 8), zeros(1));
        Assert.Equal(4096, convolution.Forward(ones(1, 64, 8, 8), Rounding).item<float>());
    }

    // A step is a fifth of the distance of two numbers of bfloat16 just below 1: parameters of 8 bits would stay at 1.
    [Fact]
    public void Small_steps_add_up_in_float32_parameters()
    {
        using var bench = TrainerBench.Square(Halved with { Epochs = 20, Optimizer = new OptimizerSpec { LearningRate = 0.0004 } });
        var weight = 1f;
        for (var step = 0; step < 20; step++) weight -= 0.0004f * (2 * Round(weight));   // the gradient of w² as the pass sees w
        Assert.Equal(weight, bench.Train([1f]).Parameters[0], 2e-7f);
        Assert.InRange(weight, 0.98f, 0.985f);
    }

    [Fact]
    public void Evaluation_is_that_of_float32()
    {
        var examples = ArrayExamples.Noise(40, 6, 3);
        using var full = Bench(new TrainingSpec(), examples);
        using var halved = Bench(Halved, examples);
        Assert.Equal(full.Measure(full.Start()), halved.Measure(full.Start()));
        Assert.NotEqual(full.Train(full.Start()).Sums.LossSum, halved.Train(full.Start()).Sums.LossSum);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits()
    {
        using var bench = Bench(Halved, ArrayExamples.Noise(40, 6, 3));
        Assert.Equal(bench.Train(bench.Start()).Parameters, bench.Train(bench.Start()).Parameters);
    }

    [Fact]
    public void Native_tensors_do_not_pile_up()
    {
        using var bench = Bench(Halved, ArrayExamples.Noise(40, 6, 3));
        bench.Train(bench.Start());
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var round = 1; round <= 3; round++) bench.Train(bench.Start(), round);
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    // Relative to the gradient's length; a rounding of each factor is 2⁻⁹ at most.
    [Theory]
    [MemberData(nameof(Multiplying))]
    public void Gradients_are_nearly_those_of_float32(string name)
    {
        var (data, layers) = Lists[name];
        var (full, halved) = (Gradient(TrainingPrecision.Float32, data, layers), Gradient(TrainingPrecision.Bfloat16, data, layers));
        Assert.InRange(Length(full.Zip(halved, (one, other) => one - other)) / Length(full), 1e-5, 0.03);
    }

    [Fact]
    public void Recurrent_layers_stay_in_float32()
    {
        ImmutableArray<LayerSpec> layers = [new EmbeddingLayer { Size = 3 }, new LstmLayer { Units = 4, Return = RecurrentReturn.Sequence }, new GruLayer { Units = 4 }];
        Assert.Equal(Gradient(TrainingPrecision.Float32, Text, layers), Gradient(TrainingPrecision.Bfloat16, Text, layers));
    }

    // Of 360 test images one is 0.0028.
    [Fact]
    public void Digits_are_learnt_as_well_as_in_float32()
    {
        var set = DigitsSet.Load();
        var (full, halved) = (AccuracyOf(TrainingPrecision.Float32), AccuracyOf(TrainingPrecision.Bfloat16));
        Assert.InRange(full, 0.9, 1);
        Assert.InRange(halved, full - 0.02, 1);

        double AccuracyOf(TrainingPrecision precision)
        {
            var training = new TrainingSpec { Precision = precision, Epochs = 6, Optimizer = new OptimizerSpec { LearningRate = 0.1, Momentum = 0.9 } };
            using var bench = new TrainerBench(training, set.Train, [.. set.Shape.Input], 10,
                new Conv2dLayer { Filters = 8, Padding = Padding.Same, Activation = Activation.Relu }, new GroupNormLayer { Groups = 2 }, new MaxPool2dLayer { Size = 2 },
                new FlattenLayer(), new DenseLayer { Units = 10, Activation = Activation.Softmax });
            bench.Workspace.Replica.Parameters.Load(bench.Train(bench.Start()).Parameters);
            return Evaluator.Measure(bench.Workspace, set.Test!, Enumerable.Range(0, set.Test!.Count).ToArray(), default).Sums.Accuracy;
        }
    }

    private static TrainerBench Bench(TrainingSpec training, ExampleSet examples) =>
        new(training, examples, [6], 3, new DenseLayer { Units = 8, Activation = Activation.Relu }, new DenseLayer { Units = 3, Activation = Activation.Softmax });

    private static float[] Gradient(TrainingPrecision precision, DataShape data, ImmutableArray<LayerSpec> layers)
    {
        LibtorchSetup.Ensure();
        var plan = ModelPlanner.Plan(new ModelSpec { Layers = layers }, data).Plan!;
        using var replica = new ModelReplica(plan, keepSoftmax: true) { Precision = precision };
        var draws = new RandomStream(5);
        replica.Parameters.Load([.. Enumerable.Range(0, plan.Schema.Count).Select(_ => (float)(0.5 * draws.NextGaussian()))]);
        var count = 3 * data.Input.Aggregate((product, size) => product * size);
        using var scope = NewDisposeScope();
        var input = tensor([.. Enumerable.Range(0, count).Select(_ => data.Vocabularies.IsEmpty ? (float)draws.NextGaussian() : 1 + draws.Next(5))]).view([3, .. data.Input.Select(size => (long)size)]);
        var scores = replica.Forward(input, new RandomStream(7));
        (scores * scores * arange(1, scores.NumberOfElements + 1, float32).view(scores.shape)).sum().backward();
        return [.. replica.Parameters.Tensors.SelectMany(parameter => parameter.grad is { } gradient ? gradient.Floats().ToArray() : [])];
    }

    private static double Length(IEnumerable<float> values) => Math.Sqrt(values.Sum(value => (double)value * value));

    // To the nearest number of 8 bits, ties to even.
    private static float Round(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000);
    }
}
