using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Core.Models;

namespace Federated.Core.Tests.Models;

public sealed class NormalizeLayerTests
{
    [Theory]
    [InlineData(new[] { 5 }, 5)]
    [InlineData(new[] { 24, 3 }, 3)]
    [InlineData(new[] { 2, 8, 8 }, 2)]
    public void Statistics_are_per_feature_of_tables_and_series_and_per_channel_of_images(int[] input, int features)
    {
        var plan = Plan(DataShape.ForClasses([.. input], 2), new NormalizeLayer(), new FlattenLayer(), new DenseLayer { Units = 2 }).Plan!;
        Assert.Equal(new("1.mean", [features], Trainable: false), plan.Schema.Tensors[0]);
        Assert.Equal(new("1.variance", [features], Trainable: false), plan.Schema.Tensors[1]);
        Assert.Equal(new(0, features), Standardisation.Of(plan.Schema));
        var start = InitialParameters.Draw(plan, 1).Values.ToArray();
        Assert.Equal([.. new float[features], .. Enumerable.Repeat(1f, features)], start[..(2 * features)]);
    }

    [Fact]
    public void It_sees_the_data_itself_so_it_is_the_first_layer()
    {
        var errors = Plan(DataShape.ForClasses([4], 2), new DenseLayer { Units = 3 }, new NormalizeLayer(), new DenseLayer { Units = 2 }).Errors;
        Assert.Equal("layer 2: normalize standardises the data itself and may only be the first layer of a model: put it first, or use batch_norm or layer_norm here", Assert.Single(errors).ToString());
    }

    [Fact]
    public void Symbols_are_no_numbers_to_standardise()
    {
        var text = new DataShape(Objective.Classification, [10], [2]) { Vocabularies = [50] };
        Assert.Contains("needs numbers: leave it out", Plan(text, new NormalizeLayer(), new DenseLayer { Units = 2 }).Errors[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fedavg", 2)]
    [InlineData("fedsgd", 1)]
    public void No_algorithm_refuses_it(string algorithm, double rate)
    {
        var plan = Plan(DataShape.ForClasses([4], 2), new NormalizeLayer(), new DenseLayer { Units = 2 }).Plan!;
        Assert.Null(AlgorithmCatalog.Refusal(new() { Name = algorithm, ServerLearningRate = rate }, plan.Schema));
    }

    private static PlanResult Plan(DataShape data, params ImmutableArray<LayerSpec> layers) => ModelPlanner.Plan(new() { Layers = layers }, data);
}
