using Federated.Core.Jobs;

namespace Federated.Core.Tests.Jobs;

public sealed class ExampleJobTests
{
    public static TheoryData<string> Examples => [.. Directory.GetFiles(Repository.PathOf("examples"), "*.yaml").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_example_is_read_without_error(string file) => Assert.Empty(JobReader.Read(File.ReadAllText(Repository.PathOf("examples", file))).Errors);

    [Fact]
    public void The_four_examples_are_there() =>
        Assert.Superset(new HashSet<string> { "default-digits.yaml", "fashion-keras-cnn.yaml", "mnist-2nn.yaml", "hospitals-csv.yaml" },
            Directory.GetFiles(Repository.PathOf("examples")).Select(path => Path.GetFileName(path)!).ToHashSet());

    [Fact]
    public void The_default_job_is_read_without_error() => Assert.Empty(JobReader.Read(DefaultJob.Yaml).Errors);

    [Fact]
    public void The_default_example_is_the_default_job() =>
        Assert.Equal(JobReader.Read(DefaultJob.Yaml).Job, JobReader.Read(File.ReadAllText(Repository.PathOf("examples", "default-digits.yaml"))).Job);

    [Fact]
    public void The_mnist_example_asks_for_the_setting_of_the_paper()
    {
        var job = JobReader.Read(File.ReadAllText(Repository.PathOf("examples", "mnist-2nn.yaml"))).Job!;
        Assert.Equal(("mlp", "mnist", 100, 0.1), (job.Model.Name, job.Data.Name, job.Data.Clients, job.Federation.Cohort.Fraction));
        Assert.Equal((1, 10, 100, 0.97), (job.Training.Epochs, job.Training.BatchSize, job.Federation.Rounds, job.Stop.Accuracy));
    }
}
