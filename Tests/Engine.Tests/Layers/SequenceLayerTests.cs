using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Layers;

/// <summary>Layers over time against numbers by hand.</summary>
public sealed class SequenceLayerTests
{
    private static float[] Forward(DataShape data, float[] parameters, float[] input, ImmutableArray<LayerSpec> layers, RandomStream? draws = null)
    {
        LibtorchSetup.Ensure();
        var result = ModelPlanner.Plan(new ModelSpec { Layers = layers }, data);
        Assert.Empty(result.Errors);
        using var replica = new ModelReplica(result.Plan!, keepSoftmax: true);
        replica.Parameters.Load(parameters);
        using var scope = NewDisposeScope();
        return replica.Forward(tensor(input).view([-1, .. data.Input.Select(size => (long)size)]), draws).contiguous().data<float>().ToArray();
    }

    private static DataShape Steps(ImmutableArray<int> input, params ImmutableArray<int> output) => new(Objective.Classification, input, output);

    [Theory]
    [InlineData(SequencePadding.Valid, 1, 1, new float[] { 123, 234, 345 })]
    [InlineData(SequencePadding.Same, 1, 1, new float[] { 12, 123, 234, 345, 450 })]
    [InlineData(SequencePadding.Causal, 1, 1, new float[] { 1, 12, 123, 234, 345 })]
    [InlineData(SequencePadding.Causal, 2, 1, new float[] { 1, 123, 345 })]
    [InlineData(SequencePadding.Causal, 1, 2, new float[] { 1, 2, 13, 24, 135 })]
    [InlineData(SequencePadding.Same, 2, 1, new float[] { 12, 234, 450 })]
    public void Convolution_over_time_weighs_the_steps_under_its_kernel(SequencePadding padding, int stride, int dilation, float[] expected)
    {
        var layer = new Conv1dLayer { Filters = 1, Kernel = 3, Stride = stride, Dilation = dilation, Padding = padding, Bias = false };
        Assert.Equal(expected, Forward(Steps([5, 1], expected.Length), [100, 10, 1], [1, 2, 3, 4, 5], [layer, new FlattenLayer()]));
    }

    [Fact]
    public void Even_same_padding_puts_the_odd_zero_at_the_end() =>
        Assert.Equal([12, 23, 30], Forward(Steps([3, 1], 3), [10, 1], [1, 2, 3], [new Conv1dLayer { Filters = 1, Kernel = 2, Padding = SequencePadding.Same, Bias = false }, new FlattenLayer()]));

    [Fact]
    public void Filters_see_all_features_of_a_step_or_those_of_their_group()
    {
        float[] input = [1, 2, 3, 4];   // steps (1, 2) and (3, 4)
        var all = new Conv1dLayer { Filters = 2, Kernel = 1 };
        Assert.Equal([1 + 20 + 5, 100 + 2000 + 6, 3 + 40 + 5, 300 + 4000 + 6f], Forward(Steps([2, 2], 4), [1, 10, 100, 1000, 5, 6], input, [all, new FlattenLayer()]));
        Assert.Equal([1, 20, 3, 40f], Forward(Steps([2, 2], 4), [1, 10], input, [all with { Groups = 2, Bias = false }, new FlattenLayer()]));
    }

    [Fact]
    public void Pools_take_the_maximum_and_the_mean_of_their_steps()
    {
        float[] input = [1, -1, 5, -5, 3, -3, 4, -4, 9, -9];   // the fifth step does not fill a window
        LayerSpec flatten = new FlattenLayer(), last = new DenseLayer { Units = 1, Bias = false };
        Assert.Equal([5000 - 100 + 40 - 3f], Forward(Steps([5, 2], 1), [1000, 100, 10, 1], input, [new MaxPool1dLayer(), flatten, last]));
        Assert.Equal([3000 - 300 + 35 - 3.5f], Forward(Steps([5, 2], 1), [1000, 100, 10, 1], input, [new AvgPool1dLayer(), flatten, last]));
        Assert.Equal([90 - 1f], Forward(Steps([5, 2], 1), [10, 1], input, [new GlobalMaxPool1dLayer(), last]));
        Assert.Equal([44 - 4.4f], Forward(Steps([5, 2], 1), [10, 1], input, [new GlobalAvgPool1dLayer(), last]), (a, b) => Math.Abs(a - b) < 1e-5f);
    }

    [Fact]
    public void Padding_does_not_count_in_global_pools_of_text()
    {
        var text = new DataShape(Objective.Classification, [3], [1]) { Vocabularies = [4] };
        float[] vectors = [0, -2, -4, -9], sentences = [1, 2, 0, 3, 0, 0, 0, 0, 0];   // the last one is padding alone
        LayerSpec embedding = new EmbeddingLayer { Size = 1 }, last = new DenseLayer { Units = 1, Bias = false };
        Assert.Equal([-3, -9, 0f], Forward(text, [.. vectors, 1], sentences, [embedding, new GlobalAvgPool1dLayer(), last]));
        Assert.Equal([-2, -9, 0f], Forward(text, [.. vectors, 1], sentences, [embedding, new GlobalMaxPool1dLayer(), last]));
        // With another number of steps none of them is a symbol's any more: means of two are -3, -2 and -4.5, 0.
        Assert.Equal([-2.5f, -2.25f, 0f],
            Forward(text, [.. vectors, 1], sentences, [embedding, new AvgPool1dLayer { Stride = 1 }, new GlobalAvgPool1dLayer(), last]));
    }

    [Fact]
    public void Dense_and_softmax_work_on_each_step()
    {
        Assert.Equal([1 + 2 + 10, 1 - 2 + 20, 3 + 4 + 10, 3 - 4 + 20f], Forward(Steps([2, 2], 2, 2), [1, 1, 1, -1, 10, 20], [1, 2, 3, 4], [new DenseLayer { Units = 2 }]));
        var scores = Forward(Steps([2, 2], 2, 2), [1, 0, 0, 1], [2, -2, -2, 2], [new DenseLayer { Units = 2, Bias = false, Activation = Activation.Softmax }]);
        Assert.All(scores.Zip([0.98201379f, 0.01798621f, 0.01798621f, 0.98201379f]), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));   // 1 / (1 + e^-4)
    }

    [Fact]
    public void Normalisations_take_the_features_of_a_step_the_groups_of_an_example_or_the_batch()
    {
        float[] input = [1, 3, 5, 11, 2, 2, 8, 20];   // two examples of two steps of two features
        float[] identity = [1, 1, 0, 0];
        var data = Steps([2, 2], 4);
        // Each step's two features lie at -1 and 1; the pair (2, 2) has no spread.
        AssertNear([-1, 1, -1, 1, 0, 0, -1, 1], Forward(data, identity, input, [new LayerNormLayer { Epsilon = 1e-9 }, new FlattenLayer()]));
        // Two groups of one feature over two steps: again -1 and 1.
        AssertNear([-1, -1, 1, 1, -1, -1, 1, 1], Forward(data, identity, input, [new GroupNormLayer { Groups = 2, Epsilon = 1e-9 }, new FlattenLayer()]));
        // Feature 0 over the batch and steps: 1, 5, 2, 8, mean 4, variance 7.5; feature 1: 3, 11, 2, 20, mean 9, variance 52.5.
        float[] expected = [-1.0954451f, -0.8280787f, 0.3651484f, 0.2760262f, -0.7302967f, -0.9660918f, 1.4605935f, 1.5181442f];
        AssertNear(expected, Forward(data, [.. identity, 0, 0, 1, 1], input, [new BatchNormLayer { Epsilon = 1e-9 }, new FlattenLayer()], new RandomStream(1)));
    }

    private static void AssertNear(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }
}
