using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.Data.Text;

namespace Federated.Engine.Tests.Data.Text;

public sealed class PublishedTextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FederatedDataFact("shakespeare")]
    public async Task Shakespeare_has_99_roles_of_2000_characters_and_65_symbols()
    {
        var data = await Load(new DataSpec { Name = "shakespeare", Partition = new() { Kind = PartitionKind.Natural } });
        Assert.Equal(99, data.Clients.Length);
        Assert.Equal<int>([67], data.Shape.Vocabularies);
        Assert.All(Enumerable.Range(0, data.Test.Count), window => Assert.DoesNotContain(Vocabulary.Unknown, data.Test.Inputs(window)));
        var file = Path.Combine(Environment.GetEnvironmentVariable(DataFolders.Variable)!, "shakespeare", "input.txt");
        Assert.Equal(309, RoleText.Split(TextFile.Lines(file), file, new FileErrors(file)).Count);
    }

    [FederatedDataFact("sentiment-sentences")]
    public async Task Sentences_are_those_of_three_sites_and_a_fifth_of_each_is_its_test_share()
    {
        var data = await Load(new DataSpec { Name = "sentiment-sentences", Partition = new() { Kind = PartitionKind.Natural }, Text = new() { Tokens = TokenKind.Word, Length = 40 } });
        Assert.Equal(["amazon", "imdb", "yelp"], data.Clients.Select(client => client.Id));
        Assert.All(data.Clients, client => Assert.Equal(800, client.Train.Length));
        Assert.Equal(600, data.Test.Count);
        Assert.Equal<string>(["negative", "positive"], data.Shape.ClassNames);
        Assert.Equal(1500, data.Train.Labels.ToArray().Concat(data.Test.Labels.ToArray()).Sum());   // half of the 3000 are positive
    }

    [Fact]
    public void Missing_sentences_say_where_was_looked_and_where_they_are_published()
    {
        var message = TextReading.Refusal(new DataSpec { Name = "sentiment-sentences" }, _folder);
        Assert.Contains($"Looked in:\n  {Path.Combine(_folder.Path, "sentiment-sentences")}\n", message, StringComparison.Ordinal);
        Assert.Contains("https://archive.ics.uci.edu/dataset/331", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_under_the_names_of_the_sentences_are_refused()
    {
        foreach (var (_, file) in SentenceSet.Sites) _folder.Write(file, string.Concat(Enumerable.Repeat("good\t1\n", 1000)));
        _folder.Write("yelp_labelled.txt", "good\t2\n");
        Assert.Equal($"{_folder.Path} cannot be used:\n  yelp_labelled.txt, line 1: the published file has 1000 sentences, each with a tab and 0 or 1 after it.",
            TextReading.Refusal(new DataSpec { Name = "sentiment-sentences" }, _folder));
    }

    [Fact]
    public void Fixed_characters_are_each_named_once()
    {
        Assert.Equal((65, 96), (TextSets.ShakespeareCharacters.Distinct().Count(), TextSets.PrintableCharacters.Distinct().Count()));
        Assert.Subset(TextSets.PrintableCharacters.ToHashSet(), TextSets.ShakespeareCharacters.ToHashSet());
    }

    private static Task<FederatedData> Load(DataSpec data) => new DatasetStore(DataFolders.Standard([])).LoadAsync(data, 1, [], CancellationToken.None);
}
