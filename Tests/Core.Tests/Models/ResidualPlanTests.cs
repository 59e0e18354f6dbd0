using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Models;

public sealed class ResidualPlanTests
{
    private static readonly LayerSpec Relu = new ActivationLayer { Activation = Activation.Relu };

    private static PlanResult Plan(ImmutableArray<int> input, int outputs, params ImmutableArray<LayerSpec> layers) =>
        ModelPlanner.Plan(new ModelSpec { Layers = layers }, DataShape.ForClasses(input, outputs));

    private static string[] Tensors(PlanResult result)
    {
        Assert.Empty(result.Errors);
        return [.. result.Plan!.Schema.Tensors.Select(tensor => $"{tensor.Name} {string.Join('x', tensor.Shape)}")];
    }

    [Fact]
    public void Tensors_are_named_by_the_way_to_their_layer_and_a_projection_comes_last() => Assert.Equal(
        [
            "1.weight 4x3x3x3", "1.bias 4",
            "2.1.1.weight 4x4x3x3", "2.1.1.bias 4", "2.2.weight 8x4x3x3", "2.3.weight 8", "2.3.bias 8",
            "2.shortcut.weight 8x4x1x1", "2.shortcut_norm.weight 8", "2.shortcut_norm.bias 8",
            "4.weight 5x8", "4.bias 5",
        ],
        Tensors(Plan([3, 9, 9], 5,
            new Conv2dLayer { Filters = 4, Padding = Padding.Same },
            new ResidualLayer
            {
                Layers =
                [
                    new ResidualLayer { Layers = [new Conv2dLayer { Filters = 4, Padding = Padding.Same }] },
                    new Conv2dLayer { Filters = 8, Stride = 2, Padding = Padding.Same, Bias = false }, new GroupNormLayer(),
                ],
                ShortcutGroups = 4,
            },
            new GlobalAvgPool2dLayer(), new DenseLayer { Units = 5 })));

    [Fact]
    public void Features_and_steps_are_projected_by_a_dense_layer()
    {
        Assert.Contains("1.shortcut.weight 7x4", Tensors(Plan([4], 7, new ResidualLayer { Layers = [new DenseLayer { Units = 7 }], Activation = Activation.None })));
        Assert.Contains("1.shortcut.weight 7x4",
            Tensors(Plan([9, 4], 7, new ResidualLayer { Layers = [new Conv1dLayer { Filters = 7, Stride = 2, Padding = SequencePadding.Causal }] }, new GlobalMaxPool1dLayer())));
    }

    [Fact]
    public void Projection_is_made_where_it_is_asked_for_even_if_shapes_agree() =>
        Assert.Equal(["1.shortcut.weight 4x4"], Tensors(Plan([4], 4, new ResidualLayer { Layers = [Relu], Shortcut = Shortcut.Projection })));

    [Theory]
    [InlineData(32, 16, 2)]
    [InlineData(33, 17, 2)]
    [InlineData(7, 7, 1)]
    [InlineData(7, 1, 7)]
    [InlineData(10, 4, 3)]
    [InlineData(10, 6, null)]   // 10, 5, 4, 3, 2, 2, 2, 2, 2, 1
    [InlineData(4, 5, null)]
    public void Stride_of_a_projection_is_the_smallest_that_gives_the_side(int from, int to, int? stride)
    {
        Assert.Equal(stride, ResidualShapes.Stride([3, from, from], [8, to, to]));
        Assert.Equal(stride, ResidualShapes.Stride([from, 3], [to, 8]));
    }

    [Fact]
    public void Shapes_that_do_not_meet_are_refused_with_both()
    {
        LayerSpec smaller = new Conv2dLayer { Filters = 2, Kernel = 5 }, last = new GlobalAvgPool2dLayer();
        Assert.Equal("layer 1: residual gets [2, 10, 10] and its layers give [2, 6, 6], and no projection leads there: both need as many dimensions, and sides that shrink by one stride",
            Assert.Single(Plan([2, 10, 10], 2, new ResidualLayer { Layers = [smaller] }, last).Errors).ToString());
        Assert.Equal("layer 1: residual gets [2, 10, 10] and its layers give [2, 6, 6], and an identity shortcut needs the same shape: take shortcut auto, or layers that keep the shape",
            Assert.Single(Plan([2, 10, 10], 2, new ResidualLayer { Layers = [smaller], Shortcut = Shortcut.Identity }, last).Errors).ToString());
        Assert.Contains("no projection leads there", Assert.Single(Plan([2, 10, 10], 2, new ResidualLayer { Layers = [last] }).Errors).Message, StringComparison.Ordinal);
        Assert.Contains("its 3 shortcut_groups must divide the 4 channels",
            Assert.Single(Plan([2], 4, new ResidualLayer { Layers = [new DenseLayer { Units = 4 }], ShortcutGroups = 3 }).Errors).Message, StringComparison.Ordinal);
        Assert.Contains("shortcut is identity: remove them",
            Assert.Single(Plan([2], 2, new ResidualLayer { Layers = [new DenseLayer { Units = 2 }], ShortcutGroups = 1, Shortcut = Shortcut.Identity }).Errors).Message, StringComparison.Ordinal);
        Assert.Equal("layer 1: residual has no layers: give it at least one", Assert.Single(Plan([2], 2, new ResidualLayer()).Errors).ToString());
    }

    [Fact]
    public void Errors_inside_a_block_have_the_number_of_their_layer_and_its_blocks()
    {
        var block = new ResidualLayer { Layers = [Relu, new ResidualLayer { Layers = [new DenseLayer { Units = 4 }, new GroupNormLayer { Groups = 3 }] }] };
        var error = Assert.Single(Plan([2], 4, new DenseLayer { Units = 2 }, block).Errors);
        Assert.Equal((2, "2.2.2"), (error.Layer, error.Number));
        Assert.StartsWith("layer 2.2.2: group_norm gets [4]", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Softmax_may_follow_the_last_block_but_not_stand_inside_it()
    {
        var dense = new DenseLayer { Units = 3, Activation = Activation.Softmax };
        Assert.Equal("layer 1.1: softmax gives class probabilities and may only be the last layer of a model", Assert.Single(Plan([2], 3, new ResidualLayer { Layers = [dense] }).Errors).ToString());
        Assert.NotNull(Plan([2], 3, new ResidualLayer { Layers = [dense with { Activation = Activation.None }], Activation = Activation.Softmax }).Plan);
    }

    [Fact]
    public void Tensors_inside_a_block_start_by_their_own_layers_rule()
    {
        var plan = Plan([50], 40, new ResidualLayer
        {
            Layers = [new DenseLayer { Units = 40, Initializer = Initializer.Zeros }, new GroupNormLayer()],
            Initializer = Initializer.LecunUniform,
            ShortcutGroups = 1,
        }).Plan!;
        var values = ParametersByName(plan.Schema, InitialParameters.Draw(plan, 3));
        Assert.All(values["1.1.weight"], value => Assert.Equal(0, value));
        Assert.All(values["1.2.weight"].Concat(values["1.shortcut_norm.weight"]), value => Assert.Equal(1, value));
        Assert.All(values["1.1.bias"].Concat(values["1.2.bias"]).Concat(values["1.shortcut_norm.bias"]), value => Assert.Equal(0, value));
        var limit = Math.Sqrt(3.0 / 50);
        Assert.InRange(values["1.shortcut.weight"].Max(), 0.99 * limit, limit);   // 2,000 draws
    }

    private static Dictionary<string, float[]> ParametersByName(ParameterSchema schema, ParameterVector vector)
    {
        var (offset, result) = (0, new Dictionary<string, float[]>());
        foreach (var tensor in schema.Tensors)
        {
            result[tensor.Name] = vector.Values.Span.Slice(offset, tensor.Count).ToArray();
            offset += tensor.Count;
        }
        return result;
    }
}
