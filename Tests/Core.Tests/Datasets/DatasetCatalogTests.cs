using Federated.Core.Datasets;

namespace Federated.Core.Tests.Datasets;

public sealed class DatasetCatalogTests
{
    [Fact]
    public void Names_are_the_sets_that_a_job_may_ask_for() =>
        Assert.Superset(new HashSet<string> { "digits", "mnist", "fashion-mnist", "cifar-10", "pneumoniamnist", "csv", "cifar", "npz", "image_folder", "shakespeare", "sentiment-sentences", "text", "labelled_text", "leaf", "movielens-100k", "ratings", "bccd", "voc", "heart-disease", "series" }, DatasetCatalog.Names.ToHashSet());

    [Fact]
    public void Find_of_mnist_gives_its_shape_and_sizes()
    {
        var mnist = Assert.IsType<DatasetInfo>(DatasetCatalog.Find("mnist"));
        Assert.Equal<int>([1, 28, 28], mnist.Shape!.Input);
        Assert.Equal((10, 60_000, 10_000), (mnist.Shape!.Classes, mnist.TrainExamples, mnist.TestExamples));
    }

    [Fact]
    public void Every_set_but_formats_has_a_licence_and_a_source() =>
        Assert.All(DatasetCatalog.Names.Except(DatasetCatalog.Formats.Select(format => format.Name)), name => Assert.True(DatasetCatalog.Find(name) is { Licence.Length: > 0, Source.Length: > 0 }));

    [Theory]
    [InlineData("csv")]
    [InlineData("MNIST")]
    [InlineData("")]
    public void Find_of_what_is_not_known_beforehand_gives_null(string name) => Assert.Null(DatasetCatalog.Find(name));
}
