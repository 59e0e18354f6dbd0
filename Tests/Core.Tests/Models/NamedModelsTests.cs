using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Core.Tests.Models;

public sealed class NamedModelsTests
{
    private static PlanResult Plan(string name, ImmutableArray<int> input, int outputs = 10) => ModelPlanner.Plan(new ModelSpec { Name = name }, DataShape.ForClasses(input, outputs));

    [Theory]
    [InlineData("logistic", 7_850)]
    [InlineData("mlp", 199_210)]           // table 2 of McMahan et al. 2017
    [InlineData("mcmahan-cnn", 1_663_370)] // section 3 of the same
    [InlineData("keras-cnn", 241_546)]
    [InlineData("lenet", 61_706)]          // 156 + 2,416 + 48,120 + 10,164 + 850
    public void Parameter_count_on_mnist_is_the_published_one(string name, int parameters)
    {
        Assert.Equal(parameters, Plan(name, [1, 28, 28]).Plan!.Schema.Count);
    }

    [Theory]
    [InlineData("resnet8", 32, 10, 78_042)]           // 464 + 4,672 + 14,528 + 57,728 + 650
    [InlineData("resnet18-gn", 32, 10, 11_173_962)]   // as with batch normalisation, whose trained parameters are as many: the usual ResNet-18 for CIFAR-10,
    [InlineData("resnet18-gn", 224, 1000, 11_689_512)]   // and the one of table 1
    public void Residual_network_has_as_many_parameters_as_others_count(string name, int side, int classes, int parameters) =>
        Assert.Equal(parameters, Plan(name, [3, side, side], classes).Plan!.Schema.Count);

    [Theory]
    [InlineData(64, "[64, 64, 64]")]
    [InlineData(65, "[64, 33, 33]")]
    [InlineData(224, "[64, 112, 112]")]
    public void First_convolution_of_resnet18_depends_on_the_size_of_the_images(int side, string output)
    {
        var layers = Plan("resnet18-gn", [3, side, side]).Plan!.Layers;
        Assert.Equal(output, layers[0].Output.ToString());
        Assert.Equal("[512]", layers[^2].Output.ToString());
    }

    [Fact]
    public void Every_name_has_a_model_for_data_of_some_kind()
    {
        var text = DataShape.ForClasses([20], 3) with { Vocabularies = [30] };
        ImmutableArray<DataShape> shapes = [DataShape.ForClasses([3, 32, 32], 10), text, text with { Objective = Objective.LanguageModel, Output = [20, 30] }, DataShape.ForRatings(Feedback.Implicit, 9, 9), DataShape.ForBoxes(new() { Width = 64, Height = 32 }, new(), ["a", "b"]), DataShape.ForPairs(5, 6, 7, 8)];
        Assert.All(NamedModels.Names, name => Assert.Contains(shapes, shape => ModelPlanner.Plan(new ModelSpec { Name = name }, shape).Plan is not null));
    }

    [Theory]
    [InlineData("keras-cnn", 18)]
    [InlineData("lenet", 12)]
    [InlineData("mcmahan-cnn", 4)]
    public void Image_too_small_is_refused_with_the_smallest_size_that_works(string name, int smallest)
    {
        Assert.NotNull(Plan(name, [1, smallest, smallest]).Plan);
        var error = Assert.Single(Plan(name, [1, smallest, smallest - 1]).Errors);
        Assert.Equal(0, error.Layer);
        Assert.Contains($"{name} gets images of {smallest}x{smallest - 1} and needs at least {smallest}x{smallest}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keras-cnn", 18)]
    [InlineData("lenet", 12)]
    public void Smallest_size_is_where_the_layer_list_itself_stops_fitting(string name, int smallest)
    {
        var layers = Plan(name, [1, smallest, smallest]).Plan!.Layers.Select(layer => layer.Layer).ToImmutableArray();
        Assert.NotEmpty(ModelPlanner.Plan(new ModelSpec { Layers = layers }, DataShape.ForClasses([1, smallest - 1, smallest - 1], 10)).Errors);
    }

    [Fact]
    public void Tables_are_taken_by_the_dense_models_only()
    {
        Assert.Equal(11, Plan("logistic", [10], outputs: 1).Plan!.Schema.Count);
        Assert.NotNull(Plan("mlp", [10]).Plan);
        Assert.Contains("keras-cnn gets [10] and needs images", Assert.Single(Plan("keras-cnn", [10]).Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Classification_ends_with_softmax_and_regression_does_not()
    {
        Assert.True(LayerNames.IsSoftmax(Plan("mlp", [10], outputs: 3).Plan!.Layers[^1].Layer));
        Assert.False(LayerNames.IsSoftmax(Plan("mlp", [10], outputs: 1).Plan!.Layers[^1].Layer));
    }

    [Fact]
    public void Unknown_name_is_refused_with_the_known_ones()
    {
        Assert.Contains("logistic, mlp, lenet, mcmahan-cnn, keras-cnn", Assert.Single(Plan("resnet", [10]).Errors).Message, StringComparison.Ordinal);
    }
}
