using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Models;
using Federated.Engine.Tests.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Layers;

public sealed class ResidualTests
{
    private static float[] Forward(ImmutableArray<int> input, int outputs, float[] parameters, float[] values, params ImmutableArray<LayerSpec> layers)
    {
        LibtorchSetup.Ensure();
        var result = ModelPlanner.Plan(new ModelSpec { Layers = layers }, DataShape.ForClasses(input, outputs));
        Assert.Empty(result.Errors);
        using var replica = new ModelReplica(result.Plan!, keepSoftmax: true);
        replica.Parameters.Load(parameters);
        using var scope = NewDisposeScope();
        return replica.Forward(tensor(values).view([1, .. input.Select(size => (long)size)]), draws: null).contiguous().data<float>().ToArray();
    }

    [Fact]
    public void Block_adds_its_input_to_what_its_layers_give_and_activates_the_sum()
    {
        var block = new ResidualLayer { Layers = [new DenseLayer { Units = 2, Bias = false }] };
        Assert.Equal([5 + 5 + 12, 0f], Forward([2], 2, [1, 2, -3, 0], [5, 6], block));   // 6 - 15 is below 0
        Assert.Equal([22, -9f], Forward([2], 2, [1, 2, -3, 0], [5, 6], block with { Activation = Activation.None }));
    }

    [Fact]
    public void Relu_inside_leaves_the_input_of_the_shortcut_alone() =>
        Assert.Equal([-5, 12f], Forward([2], 2, [1, 0, 0, 1], [-5, 6],
            new ResidualLayer { Layers = [new ActivationLayer { Activation = Activation.Relu }], Activation = Activation.None }, new DenseLayer { Units = 2, Bias = false }));

    [Fact]
    public void Projection_maps_features_steps_and_positions()
    {
        // F is zero where its layer's weights are: what is left is the projection, whose weights come last.
        var features = new ResidualLayer { Layers = [new DenseLayer { Units = 1, Bias = false }], Activation = Activation.None };
        Assert.Equal([1 * 5 + 10 * 6f], Forward([2], 1, [0, 0, 1, 10], [5, 6], features));
        var steps = new ResidualLayer { Layers = [new Conv1dLayer { Filters = 2, Kernel = 1, Stride = 2, Bias = false }], Activation = Activation.None };
        Assert.Equal([1, 10, 3, 30, 5, 50f], Forward([5, 1], 6, [0, 0, 1, 10], [1, 2, 3, 4, 5], steps, new FlattenLayer()));
        var image = new ResidualLayer { Layers = [new Conv2dLayer { Filters = 2, Kernel = 1, Stride = 2, Bias = false }], Activation = Activation.None };
        Assert.Equal([1, 3, 7, 9, 10, 30, 70, 90f], Forward([1, 3, 3], 8, [0, 0, 1, 10], [1, 2, 3, 4, 5, 6, 7, 8, 9], image, new FlattenLayer()));
    }

    [Fact]
    public void Projection_is_normalised_where_groups_are_given()
    {
        var image = new ResidualLayer { Layers = [new Conv2dLayer { Filters = 2, Kernel = 1, Bias = false }], ShortcutGroups = 2, Activation = Activation.None };
        // 1 and 3 lie at -1 and 1 in each group; weights 1 and 2, offsets 0 and 5.
        Assert.Equal([-1, 1, 3, 7], Forward([1, 1, 2], 4, [0, 0, 1, 10, 1, 2, 0, 5], [1, 3], image, new FlattenLayer()), (a, b) => Math.Abs(a - b) < 1e-4f);
    }

    [Fact]
    public void Small_residual_network_learns_a_separable_set_of_images()
    {
        var layers = ModelPlanner.Plan(new ModelSpec { Name = "resnet8" }, DataShape.ForClasses([1, 12, 12], 4)).Plan!.Layers.Select(layer => layer.Layer);
        var training = new TrainingSpec { Epochs = 4, BatchSize = 8, Optimizer = new OptimizerSpec { LearningRate = 0.02, Momentum = 0.9 } };
        using var bench = new TrainerBench(training, ArrayExamples.Bands(48, 12, 4), [1, 12, 12], 4, [.. layers]);
        var start = bench.Start();
        var trained = bench.Train(start).Parameters;
        Assert.InRange(bench.Measure(start).Accuracy, 0, 0.6);
        Assert.InRange(bench.Measure(trained).Accuracy, 0.95, 1);
        Assert.Equal(trained, bench.Train(start).Parameters);
    }

    [Fact]
    public void Batch_norm_inside_a_block_keeps_the_last_example_of_an_epoch_from_being_alone()
    {
        var layers = new ResidualLayer { Layers = [new DenseLayer { Units = 4 }, new BatchNormLayer()] };
        using var bench = new TrainerBench(new TrainingSpec { BatchSize = 4 }, ArrayExamples.Noise(5, 4, 4), [4], 4, layers);
        Assert.All(bench.Train(bench.Start()).Parameters, value => Assert.True(float.IsFinite(value)));
    }
}
