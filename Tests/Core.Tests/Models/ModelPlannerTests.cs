using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Core.Tests.Models;

public sealed class ModelPlannerTests
{
    private static readonly ImmutableArray<int> Image = [1, 28, 28];

    private static PlanResult Plan(ImmutableArray<int> input, int outputs, params ImmutableArray<LayerSpec> layers) =>
        ModelPlanner.Plan(new ModelSpec { Layers = layers }, DataShape.ForClasses(input, outputs));

    private static PlanError OnlyError(PlanResult result)
    {
        Assert.Null(result.Plan);
        return Assert.Single(result.Errors);
    }

    [Fact]
    public void Shapes_and_tensors_of_a_convolutional_list_are_inferred_layer_by_layer()
    {
        var plan = Plan([3, 32, 30], 10,
            new Conv2dLayer { Filters = 8, Kernel = 5, Stride = 2 },                      // (32-5)/2+1 = 14, (30-5)/2+1 = 13
            new BatchNormLayer(),
            new ActivationLayer { Activation = Activation.Relu },
            new MaxPool2dLayer { Size = 3, Stride = 2 },                                  // (14-3)/2+1 = 6, (13-3)/2+1 = 6
            new Conv2dLayer { Filters = 4, Kernel = 4, Stride = 4, Padding = Padding.Same, Bias = false },   // ceil(6/4) = 2
            new GroupNormLayer { Groups = 2 },
            new AvgPool2dLayer { Size = 2 },
            new FlattenLayer(),
            new DropoutLayer(),
            new DenseLayer { Units = 10, Activation = Activation.Softmax }).Plan!;

        Assert.Equal(
            ["8x14x13", "8x14x13", "8x14x13", "8x6x6", "4x2x2", "4x2x2", "4x1x1", "4", "4", "10"],
            plan.Layers.Select(layer => string.Join('x', layer.Output.Shape)));
        Assert.Equal(
            ["1.weight 8x3x5x5", "1.bias 8", "2.weight 8", "2.bias 8", "2.running_mean 8", "2.running_var 8", "5.weight 4x8x4x4", "6.weight 4", "6.bias 4",
                "10.weight 10x4", "10.bias 10"],
            plan.Schema.Tensors.Select(tensor => $"{tensor.Name} {string.Join('x', tensor.Shape)}"));
        Assert.Equal(["2.running_mean", "2.running_var"], plan.Schema.Tensors.Where(tensor => !tensor.Trainable).Select(tensor => tensor.Name));
    }

    [Fact]
    public void Dense_on_an_image_is_refused_with_what_to_do()
    {
        var error = OnlyError(Plan(Image, 10, new DenseLayer { Units = 10 }));
        Assert.Equal("layer 1: dense gets [1, 28, 28] and needs [features]: put flatten before it", error.ToString());
    }

    [Fact]
    public void Convolution_after_flatten_is_refused_with_both_shapes()
    {
        var error = OnlyError(Plan(Image, 10, new FlattenLayer(), new Conv2dLayer { Filters = 4 }));
        Assert.Equal(2, error.Layer);
        Assert.Contains("conv2d gets [784] and needs [C, H, W]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_that_can_be_known_are_reported_together()
    {
        var result = Plan(Image, 10,
            new DenseLayer { Units = 64, Activation = Activation.Softmax },   // on an image, and softmax in the middle; the output is [64] all the same
            new GroupNormLayer { Groups = 7 },
            new MaxPool2dLayer(),                                             // on [64]: the output cannot be known
            new DropoutLayer { Rate = 1 },
            new DenseLayer { Units = 0 });
        Assert.Equal([1, 1, 2, 3, 4, 5], result.Errors.Select(error => error.Layer));
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(4, true)]
    public void Kernel_larger_than_its_input_is_refused_with_the_sizes(int kernel, bool fits)
    {
        var result = Plan([1, 4, 6], 1, new Conv2dLayer { Filters = 1, Kernel = kernel }, new FlattenLayer(), new DenseLayer { Units = 1 });
        if (fits) Assert.NotNull(result.Plan);
        else Assert.StartsWith("layer 1: conv2d gets [1, 4, 6] and its 5x5 kernel needs H and W of at least 5", OnlyError(result).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Pool_larger_than_its_input_is_refused_with_the_sizes()
    {
        var error = OnlyError(Plan([1, 1, 1], 1, new MaxPool2dLayer(), new FlattenLayer(), new DenseLayer { Units = 1 }));
        Assert.Contains("max_pool2d gets [1, 1, 1] and its 2x2 window needs H and W of at least 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 6, true)]
    [InlineData(3, 6, false)]
    [InlineData(4, 7, false)]
    public void Groups_of_a_convolution_divide_channels_and_filters(int channels, int filters, bool fits)
    {
        var result = Plan([channels, 4, 4], 1, new Conv2dLayer { Filters = filters, Groups = 2 }, new FlattenLayer(), new DenseLayer { Units = 1 });
        if (fits) Assert.Equal<int>([filters, channels / 2, 3, 3], result.Plan!.Schema.Tensors[0].Shape);
        else Assert.Equal($"conv2d gets [{channels}, 4, 4] and its 2 groups must divide both its {channels} channels and its {filters} filters", OnlyError(result).Message);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void Dilated_kernel_covers_its_gaps(int dilation, bool fits)
    {
        var result = Plan([1, 5, 6], 1, new Conv2dLayer { Filters = 1, Dilation = dilation }, new FlattenLayer(), new DenseLayer { Units = 1 });
        if (fits) Assert.Equal<int>([1, 1, 2], result.Plan!.Layers[0].Output.Shape);
        else Assert.Contains("its 7x7 kernel needs H and W of at least 7", OnlyError(result).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Layer_norm_of_images_is_refused_with_the_remedy() =>
        Assert.Equal("layer_norm gets [2, 3, 3] and needs [features] or [T, features]: for images use group_norm, with one group for all channels",
            OnlyError(Plan([2, 3, 3], 1, new LayerNormLayer(), new FlattenLayer(), new DenseLayer { Units = 1 })).Message);

    [Fact]
    public void Global_pools_give_a_value_a_channel() =>
        Assert.Equal<int>([7], Plan([7, 3, 2], 1, new GlobalAvgPool2dLayer(), new DenseLayer { Units = 1 }).Plan!.Layers[0].Output.Shape);

    [Fact]
    public void Groups_that_do_not_divide_the_channels_are_refused_with_a_number_that_does()
    {
        var error = OnlyError(Plan([12], 1, new GroupNormLayer { Groups = 8 }, new DenseLayer { Units = 1 }));
        Assert.EndsWith("its 8 groups divide: the next smaller number of groups is 6", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Last_layer_of_another_size_than_the_classes_is_refused()
    {
        Assert.Equal("layer 1: the last layer, dense, gives [9] and the data set needs [10]", OnlyError(Plan([64], 10, new DenseLayer { Units = 9 })).ToString());
        Assert.EndsWith("end with flatten and dense", OnlyError(Plan([1, 8, 8], 10, new Conv2dLayer { Filters = 10 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Softmax_on_its_own_is_accepted_at_the_end_only()
    {
        var softmax = new ActivationLayer { Activation = Activation.Softmax };
        Assert.NotNull(Plan([4], 3, new DenseLayer { Units = 3 }, softmax).Plan);
        Assert.Equal(2, OnlyError(Plan([4], 3, new DenseLayer { Units = 3 }, softmax, new DropoutLayer())).Layer);
        Assert.Contains("always 1", OnlyError(Plan([4], 1, new DenseLayer { Units = 1 }, softmax)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_without_weights_is_refused()
    {
        Assert.Equal(new PlanError(0, "the model has no layer with weights, so there is nothing to train"), OnlyError(Plan([4], 4, new FlattenLayer())));
    }

    [Fact]
    public void Model_beyond_the_largest_vector_is_refused_instead_of_overflowing()
    {
        Assert.Equal(1, OnlyError(Plan([1 << 16], 1, new DenseLayer { Units = 1 << 16 }, new DenseLayer { Units = 1 })).Layer);
        var wide = new DenseLayer { Units = 40_000 };
        Assert.Equal(0, OnlyError(Plan([40_000], 40_000, wide, wide)).Layer);
    }

    [Fact]
    public void Name_and_layers_exclude_each_other_and_one_is_needed()
    {
        Assert.Equal(0, OnlyError(ModelPlanner.Plan(new ModelSpec(), DataShape.ForClasses(Image, 10))).Layer);
        Assert.Equal(0, OnlyError(ModelPlanner.Plan(new ModelSpec { Name = "mlp", Layers = [new FlattenLayer()] }, DataShape.ForClasses(Image, 10))).Layer);
    }
}
