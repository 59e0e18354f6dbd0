using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Core.Tests.Models;

public sealed class SequencePlanTests
{
    private static PlanResult Plan(ImmutableArray<int> output, params ImmutableArray<LayerSpec> layers) =>
        ModelPlanner.Plan(new ModelSpec { Layers = layers }, new DataShape(Objective.Classification, [20, 3], output));

    [Fact]
    public void Shapes_and_tensors_of_a_list_over_time_are_inferred_layer_by_layer()
    {
        var plan = Plan([10],
            new Conv1dLayer { Filters = 8, Kernel = 5, Stride = 2 },                                               // (20-5)/2+1 = 8
            new LayerNormLayer(), new GroupNormLayer { Groups = 4 }, new BatchNormLayer(),
            new Conv1dLayer { Filters = 4, Kernel = 4, Dilation = 3, Groups = 2, Padding = SequencePadding.Causal, Bias = false },
            new MaxPool1dLayer { Size = 3, Stride = 2 },                                                           // (8-3)/2+1 = 3
            new Conv1dLayer { Filters = 6, Stride = 2, Padding = SequencePadding.Same },                           // ceil(3/2) = 2
            new DenseLayer { Units = 5 },
            new AvgPool1dLayer(), new DropoutLayer(), new GlobalAvgPool1dLayer(),
            new DenseLayer { Units = 10 }).Plan!;
        Assert.Equal(["8x8", "8x8", "8x8", "8x8", "8x4", "3x4", "2x6", "2x5", "1x5", "1x5", "5", "10"], plan.Layers.Select(layer => string.Join('x', layer.Output.Shape)));
        Assert.Equal(
            ["1.weight 8x3x5", "1.bias 8", "2.weight 8", "2.bias 8", "3.weight 8", "3.bias 8", "4.weight 8", "4.bias 8", "4.running_mean 8", "4.running_var 8",
                "5.weight 4x4x4", "7.weight 6x4x3", "7.bias 6", "8.weight 5x6", "8.bias 5", "12.weight 10x5", "12.bias 10"],
            plan.Schema.Tensors.Select(tensor => $"{tensor.Name} {string.Join('x', tensor.Shape)}"));
    }

    [Fact]
    public void Scores_of_every_step_may_end_a_model() =>
        Assert.NotNull(Plan([20, 7], new Conv1dLayer { Filters = 4, Padding = SequencePadding.Causal }, new DenseLayer { Units = 7, Activation = Activation.Softmax }).Plan);

    [Fact]
    public void Sequence_where_one_class_is_wanted_is_refused_with_the_remedy() =>
        Assert.Equal("layer 1: the last layer, dense, gives [20, 7] and the data set needs [7]: end with flatten or a global pool, and dense",
            Assert.Single(Plan([7], new DenseLayer { Units = 7 }).Errors).ToString());

    [Theory]
    [InlineData(7, 3, true)]     // covers 19
    [InlineData(8, 3, false)]    // covers 22
    public void Kernel_covers_its_gaps(int kernel, int dilation, bool fits)
    {
        var result = Plan([1], new Conv1dLayer { Filters = 1, Kernel = kernel, Dilation = dilation }, new FlattenLayer(), new DenseLayer { Units = 1 });
        if (fits) Assert.Equal<int>([2, 1], result.Plan!.Layers[0].Output.Shape);
        else Assert.Equal("layer 1: conv1d gets [20, 3] and its kernel of 22 needs T of at least 22: take a smaller one, or shrink less before it", Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public void What_is_no_sequence_is_refused()
    {
        Assert.StartsWith("layer 2: conv1d gets [60] and needs [T, features]", Assert.Single(Plan([1], new FlattenLayer(), new Conv1dLayer { Filters = 1 }).Errors).ToString(), StringComparison.Ordinal);
        Assert.StartsWith("layer 1: global_avg_pool2d gets [20, 3] and needs [C, H, W]", Assert.Single(Plan([1], new GlobalAvgPool2dLayer()).Errors).ToString(), StringComparison.Ordinal);
        Assert.Equal("layer 1: conv1d gets [20, 3] and its 2 groups must divide both its 3 features and its 4 filters",
            Assert.Single(Plan([1], new Conv1dLayer { Filters = 4, Groups = 2 }, new GlobalMaxPool1dLayer(), new DenseLayer { Units = 1 }).Errors).ToString());
        Assert.Contains("more than can be padded",
            Assert.Single(Plan([1], new Conv1dLayer { Filters = 1, Kernel = 65_536, Dilation = 65_536, Padding = SequencePadding.Same }, new GlobalMaxPool1dLayer()).Errors).Message, StringComparison.Ordinal);
    }
}
