using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Algorithms;

public sealed class FedBnTests
{
    private static readonly ParameterSchema Normalised = new([new("1.weight", [1, 1]), new("2.weight", [1]), new("2.bias", [1]), new("2.running_mean", [1], Trainable: false)]);

    // Worked out by hand: b = 4 and 0, steps of 1/4 of u and the two of the norm. Round 1 from 0: all by 1, and by 0: u = 3/4. Round 2: the first from (0.75, 1, 1) by 1.25 / 4, the second from (0.75, 0, 0) by
    // -0.75 / 4: u = 0.75 + 3/4 * 0.3125 - 1/4 * 0.1875.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones()
    {
        var federation = new Federation(new AlgorithmSpec { Name = "fedbn" }, new Scales(4, 3, 0.25f, Normalised), new Scales(0, 1, 0.25f, Normalised));
        Assert.Equal([0.75f, 0, 0, 0], federation.Round());
        Assert.Equal([1f, 1, 1, 4], federation.Personal(0)!);
        Assert.Equal([0.9375f, 0, 0, 0], federation.Round());
        Assert.Equal([1.3125f, 1.3125f, 4], federation.Kept(0).Vectors["private"].ToArray());
        Assert.Equal([-0.1875f, -0.1875f, 0], federation.Kept(1).Vectors["private"].ToArray());
    }

    [Fact]
    public void Normalisation_layers_of_every_kind_stay_local_and_nothing_else()
    {
        var plan = ModelPlanner.Plan(new ModelSpec
        {
            Layers =
            [
                new Conv2dLayer { Filters = 4, Kernel = 3 }, new BatchNormLayer(), new GroupNormLayer { Groups = 2 }, new FlattenLayer(), new DenseLayer { Units = 6 }, new LayerNormLayer(), new DenseLayer { Units = 1 },
            ],
        }, DataShape.ForNumbers([1, 6, 6])).Plan!;
        var algorithm = AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = new() { Name = "fedbn" } } });
        Assert.Equal(["1.weight", "1.bias", "5.weight", "5.bias", "7.weight", "7.bias"], algorithm.UpdateSchema(plan.Schema).Tensors.Select(tensor => tensor.Name));
    }

    // Mean and variance of the data are set once for all clients.
    [Fact]
    public void Standardisation_of_the_data_is_no_layer_of_the_clients()
    {
        var schema = new ParameterSchema([new("1.mean", [3], Trainable: false), new("1.variance", [3], Trainable: false), new("2.weight", [3, 3]), new("3.running_mean", [3], Trainable: false)]);
        var algorithm = AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = new() { Name = "fedbn" } } });
        Assert.Equal(["1.mean", "1.variance", "2.weight"], algorithm.UpdateSchema(schema).Tensors.Select(tensor => tensor.Name));
    }

    [Fact]
    public void Model_without_normalisation_or_without_anything_else_is_refused()
    {
        Assert.Contains("the model has none", Refusal(new TensorSpec("1.weight", [2, 2]), new TensorSpec("1.bias", [2]), new TensorSpec("2.bias", [1])), StringComparison.Ordinal);
        Assert.Contains("nothing to share", Refusal(new TensorSpec("1.weight", [2]), new TensorSpec("1.bias", [2])), StringComparison.Ordinal);
        Assert.Null(AlgorithmCatalog.Refusal(new() { Name = "fedbn" }, Normalised));
    }

    private static string? Refusal(params ImmutableArray<TensorSpec> tensors) => AlgorithmCatalog.Refusal(new() { Name = "fedbn" }, new(tensors));
}
