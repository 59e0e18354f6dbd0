using Federated.Core.Jobs;

namespace Federated.Core.Tests.Jobs;

public sealed class PortableJobTests
{
    [Theory]
    [InlineData("/home/ann/data/visits.csv", "visits.csv")]
    [InlineData("/home/ann/data/visits/", "visits")]
    [InlineData(@"C:\Users\Ann\visits.csv", "visits.csv")]
    [InlineData(@"\\server\share\visits.csv", "visits.csv")]
    [InlineData("2024/visits.csv", "2024/visits.csv")]
    [InlineData("visits.csv", "visits.csv")]
    [InlineData(null, null)]
    public void Absolute_paths_lose_their_folders(string? path, string? expected)
    {
        var job = new JobSpec
        {
            Data = new() { Path = path, Text = new() { Vocabulary = path }, Pairs = new() { Targets = path, SourceVocabulary = path, TargetVocabulary = path } },
        };
        var data = PortableJob.Of(job).Data;
        Assert.All([data.Path, data.Text.Vocabulary, data.Pairs.Targets, data.Pairs.SourceVocabulary, data.Pairs.TargetVocabulary], name => Assert.Equal(expected, name));
    }

    [Fact]
    public void Everything_else_stays()
    {
        var job = new JobSpec { Seed = 7, Data = new() { Name = "csv", Path = "a.csv", Label = "ill" } };
        Assert.Equal(job, PortableJob.Of(job));
    }
}
