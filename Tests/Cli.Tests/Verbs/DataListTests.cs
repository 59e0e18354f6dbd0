using System.Text.Json;
using Federated.Cli.Tests.Hosting;
using Federated.Core;

namespace Federated.Cli.Tests.Verbs;

public sealed class DataListTests : IDisposable
{
    private readonly CommandHarness _command = new();

    public void Dispose() => _command.Dispose();

    [Fact]
    public async Task Every_named_set_has_licence_source_splits_and_a_way_to_have_it()
    {
        var result = await _command.RunAsync("data", "ls", "--json");

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        using var json = JsonDocument.Parse(result.Output);
        var sets = json.RootElement.EnumerateArray().ToDictionary(set => set.GetProperty("name").GetString()!);
        Assert.Equal(11, sets.Count);
        Assert.All(sets.Values, set => Assert.All(new[] { "licence", "source", "splits", "where" }, key => Assert.NotEqual("", set.GetProperty(key).GetString())));
        string[] Having(string access) => [.. sets.Where(set => set.Value.GetProperty("access").GetString() == access).Select(set => set.Key).Order(StringComparer.Ordinal)];
        Assert.Equal(["digits", "heart-disease"], Having("built_in"));
        Assert.Equal(["cifar-10", "fashion-mnist", "mnist", "movielens-100k", "shakespeare"], Having("download"));
        Assert.Equal(["bccd", "pneumoniamnist", "sentiment-sentences", "tatoeba-eng-kor"], Having("bring"));
    }

    [Fact]
    public async Task List_for_people_says_what_to_put_where()
    {
        var result = await _command.RunAsync("data", "ls");

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        Assert.Contains("to have it: get it from https://github.com/Shenggan/BCCD_Dataset and put its folders Annotations, JPEGImages and ImageSets into the subfolder bccd of a data folder", result.Output, StringComparison.Ordinal);
        Assert.Contains("splits: 60,000 training and 10,000 test examples", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bccd", "'bccd' cannot be downloaded: get it from https://github.com/Shenggan/BCCD_Dataset and put")]
    [InlineData("tatoeba-eng-kor", "'tatoeba-eng-kor' cannot be downloaded: get kor-eng.zip")]
    [InlineData("digits", "'digits' is built in: there is nothing to download.")]
    public async Task Get_of_what_cannot_be_downloaded_says_what_to_do(string name, string expected)
    {
        var result = await _command.RunAsync("data", "get", name);

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }
}
