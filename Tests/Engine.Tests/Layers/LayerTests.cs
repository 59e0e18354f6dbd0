using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Layers;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Layers;

public sealed class LayerTests
{
    private static ModelReplica Replica(ImmutableArray<int> input, int outputs, float[] parameters, params ImmutableArray<LayerSpec> layers)
    {
        LibtorchSetup.Ensure();
        var plan = ModelPlanner.Plan(new ModelSpec { Layers = layers }, DataShape.ForClasses(input, outputs)).Plan!;
        var replica = new ModelReplica(plan, keepSoftmax: true);
        replica.Parameters.Load(parameters);
        return replica;
    }

    private static float[] Forward(ModelReplica replica, float[] input, long[] shape, RandomStream? draws = null)
    {
        using var scope = NewDisposeScope();
        return replica.Forward(tensor(input).view(shape), draws).data<float>().ToArray();
    }

    [Fact]
    public void Convolution_with_same_padding_puts_the_odd_zero_at_the_end_as_keras_does()
    {
        using var replica = Replica([1, 2, 2], 4, [1, 1, 1, 1], new Conv2dLayer { Filters = 1, Kernel = 2, Padding = Padding.Same, Bias = false }, new FlattenLayer());
        Assert.Equal([1 + 2 + 3 + 4, 2 + 4, 3 + 4, 4], Forward(replica, [1, 2, 3, 4], [1, 1, 2, 2]));
    }

    [Fact]
    public void Dense_multiplies_by_rows_of_the_weight_and_adds_the_bias()
    {
        using var replica = Replica([2], 2, [1, 2, 3, 4, 10, 20], new DenseLayer { Units = 2 });
        Assert.Equal([10 + 1 * 5 + 2 * 6, 20 + 3 * 5 + 4 * 6], Forward(replica, [5, 6], [1, 2]));
    }

    [Theory]
    [InlineData(Activation.Relu, 2.0, 0.0)]
    [InlineData(Activation.LeakyRelu, 2.0, -0.02)]
    [InlineData(Activation.Sigmoid, 0.88079708, 0.11920292)]   // 1 / (1 + e^-2)
    [InlineData(Activation.Tanh, 0.96402758, -0.96402758)]
    [InlineData(Activation.Gelu, 1.95449974, -0.04550026)]     // 2 Φ(2), Φ(2) = 0.97724987
    [InlineData(Activation.Elu, 2.0, -0.86466472)]             // e^-2 - 1
    [InlineData(Activation.Selu, 2.10140197, -1.52016647)]
    [InlineData(Activation.Silu, 1.76159416, -0.23840584)]
    [InlineData(Activation.Mish, 1.94395896, -0.25250148)]
    [InlineData(Activation.Softplus, 2.12692801, 0.12692801)]
    [InlineData(Activation.Softmax, 0.98201379, 0.01798621)]   // 1 / (1 + e^-4)
    public void Activation_gives_the_known_values_after_a_layer_and_alone(Activation activation, double up, double down)
    {
        float[] identity = [1, 0, 0, 1];
        using var after = Replica([2], 2, identity, new DenseLayer { Units = 2, Bias = false, Activation = activation });
        using var alone = Replica([2], 2, identity, new DenseLayer { Units = 2, Bias = false }, new ActivationLayer { Activation = activation });
        foreach (var values in new[] { Forward(after, [2, -2], [1, 2]), Forward(alone, [2, -2], [1, 2]) })
        {
            Assert.Equal(up, values[0], 1e-6);
            Assert.Equal(down, values[1], 1e-6);
        }
    }

    [Fact]
    public void Pools_take_the_maximum_and_the_mean_of_their_windows()
    {
        float[] image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        LayerSpec[] rest = [new FlattenLayer(), new DenseLayer { Units = 1, Bias = false }];
        using var max = Replica([1, 3, 3], 1, [1], [new MaxPool2dLayer(), .. rest]);   // the last row and column do not fill a window
        using var mean = Replica([1, 3, 3], 1, [1, 10, 100, 1000], [new AvgPool2dLayer { Size = 2, Stride = 1 }, .. rest]);
        Assert.Equal([5f], Forward(max, image, [1, 1, 3, 3]));
        Assert.Equal([3 + 40 + 600 + 7000f], Forward(mean, image, [1, 1, 3, 3]));
    }

    [Fact]
    public void Global_pools_take_one_value_a_channel()
    {
        float[] image = [1, 2, 3, 6, -1, -2, -3, -6];
        LayerSpec last = new DenseLayer { Units = 2, Bias = false };
        using var max = Replica([2, 2, 2], 2, [1, 0, 0, 1], new GlobalMaxPool2dLayer(), last);
        using var mean = Replica([2, 2, 2], 2, [1, 0, 0, 1], new GlobalAvgPool2dLayer(), last);
        Assert.Equal([6f, -1], Forward(max, image, [1, 2, 2, 2]));
        Assert.Equal([3f, -3], Forward(mean, image, [1, 2, 2, 2]));
    }

    [Fact]
    public void Dilated_convolution_leaves_gaps_and_same_padding_counts_them()
    {
        float[] image = [.. Enumerable.Range(1, 25).Select(value => (float)value)];
        float[] ones = [.. Enumerable.Repeat(1f, 9)];
        using var valid = Replica([1, 5, 5], 1, ones, new Conv2dLayer { Filters = 1, Dilation = 2, Bias = false }, new FlattenLayer());
        using var same = Replica([1, 5, 5], 25, ones, new Conv2dLayer { Filters = 1, Dilation = 2, Bias = false, Padding = Padding.Same }, new FlattenLayer());
        Assert.Equal([1 + 3 + 5 + 11 + 13 + 15 + 21 + 23 + 25f], Forward(valid, image, [1, 1, 5, 5]));
        var padded = Forward(same, image, [1, 1, 5, 5]);
        Assert.Equal((1 + 3 + 11 + 13f, 117f), (padded[0], padded[12]));   // two rows and columns of zeros on each side
    }

    [Fact]
    public void Grouped_convolution_keeps_its_groups_apart()
    {
        // The first two filters see the first two channels only; the third and fourth the others.
        using var replica = Replica([4, 1, 1], 4, [1, 2, 3, 4, 5, 6, 7, 8], new Conv2dLayer { Filters = 4, Kernel = 1, Groups = 2, Bias = false }, new FlattenLayer());
        Assert.Equal([1 * 1 + 2 * 10, 3 * 1 + 4 * 10, 5 * 100 + 6 * 1000, 7 * 100 + 8 * 1000], Forward(replica, [1, 10, 100, 1000], [1, 4, 1, 1]));
    }

    [Fact]
    public void Layer_norm_normalises_the_features_of_each_example()
    {
        using var replica = Replica([4], 4, [1, 1, 1, 2, 0, 0, 0, 1], new LayerNormLayer { Epsilon = 1e-9 });
        // mean 16, variance 396.5
        Assert.All(Forward(replica, [1, 3, 50, 10], [1, 4]).Zip([-0.7533029f, -0.6528625f, 1.7074867f, 2 * -0.3013212f + 1]),
            pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Fact]
    public void Batch_norm_uses_the_batch_in_training_and_its_running_statistics_in_evaluation()
    {
        // weight, bias, running mean, running variance of the norm; then the dense identity
        using var replica = Replica([1], 1, [2, 1, 0, 1, 1], new BatchNormLayer { Epsilon = 1e-9 }, new DenseLayer { Units = 1, Bias = false });
        Assert.Equal([-1f, 3], Forward(replica, [1, 3], [2, 1], new RandomStream(1)));   // ±1 after normalising, times 2 plus 1
        Assert.Equal(0.2f, replica.Parameters.Values[2], 1e-6f);                          // 0.9 * 0 + 0.1 * 2
        Assert.Equal(1.1f, replica.Parameters.Values[3], 1e-6f);                          // 0.9 * 1 + 0.1 * 2, unbiased
        Assert.Equal((float)(2 * (1 - 0.2) / Math.Sqrt(1.1) + 1), Forward(replica, [1], [1, 1])[0], 1e-5f);
        Assert.Equal(0.2f, replica.Parameters.Values[2], 1e-6f);
    }

    [Fact]
    public void Group_norm_normalises_each_group_of_each_example()
    {
        using var replica = Replica([4], 4, [1, 1, 1, 1, 0, 0, 0, 0], new GroupNormLayer { Groups = 2, Epsilon = 1e-9 });
        Assert.All(Forward(replica, [1, 3, 50, 10], [1, 4]).Zip([-1f, 1, 1, -1]), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Fact]
    public void Dropout_drops_its_share_scales_the_rest_and_leaves_evaluation_alone()
    {
        const int Count = 40_001;
        float[] ones = [.. Enumerable.Repeat(1f, Count)];
        var layer = new Federated.Engine.Layers.Dropout(0.25);
        using var scope = NewDisposeScope();
        var (input, pass) = (tensor(ones), new ForwardPass(new RandomStream(5), null));
        var first = layer.Forward(input, pass).data<float>().ToArray();
        Assert.InRange(first.Count(value => value == 0) / (double)Count, 0.24, 0.26);   // 4.6 standard deviations
        Assert.All(first.Where(value => value != 0), value => Assert.Equal(4 / 3f, value, 1e-6f));
        Assert.NotEqual(first, layer.Forward(input, pass).data<float>().ToArray());
        Assert.Equal(first, layer.Forward(input, new ForwardPass(new RandomStream(5), null)).data<float>().ToArray());
        Assert.Same(input, layer.Forward(input, default));
    }
}
