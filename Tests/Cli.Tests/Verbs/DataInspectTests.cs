using System.Text.Json;
using Federated.Cli.Tests.Hosting;
using Federated.Core;

namespace Federated.Cli.Tests.Verbs;

public sealed class DataInspectTests : IDisposable
{
    private readonly CommandHarness _command = new();

    public void Dispose() => _command.Dispose();

    [Fact]
    public async Task Named_set_is_shown_with_an_example_and_its_clients()
    {
        var result = await _command.RunAsync("data", "inspect", "digits", "--samples", "1", "--set", "data.clients=2");

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        Assert.StartsWith("digits: classification of [1, 8, 8], 10 classes; 3,823 training and 1,797 test examples", result.Output, StringComparison.Ordinal);
        Assert.Contains("example 0: class 0\n      --@@##      \n", result.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("client-0", result.Output, StringComparison.Ordinal);
        Assert.Contains("1,912", result.Output, StringComparison.Ordinal);   // 3823 halved, the odd one to the first
        Assert.Contains("1,911", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_of_the_users_is_recognised_and_counted_by_class_and_client()
    {
        _command.Write("visits.csv", "age,ill,site\n1,no,a\n2,yes,a\n3,yes,b\n4,yes,b\n");

        var result = await _command.RunAsync("data", "inspect", "visits.csv", "--json", "--set", "data.client_column=site", "--set", "data.label=ill",
            "--set", "data.partition.kind=natural", "--set", "data.test=0");

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        using var json = JsonDocument.Parse(result.Output);
        var clients = json.RootElement.GetProperty("clients");
        Assert.Equal(["a", "b"], clients.EnumerateArray().Select(client => client.GetProperty("id").GetString()!));
        Assert.Equal([1, 1, 0, 2], clients.EnumerateArray().SelectMany(client => client.GetProperty("labels").EnumerateArray().Select(count => count.GetInt32())));
        Assert.Equal(0.25, json.RootElement.GetProperty("distance").GetDouble(), 9);   // shares of "no": 1/2 and 0, of all 1/4
    }

    [Theory]
    [InlineData("play.txt", "to be or\nnot\n", "text", "example 0: then", "to be or", "data.text.length=8", "data.test=0")]
    [InlineData("reviews.tsv", "text\ty\nfine fine day\tgood\nfine day\tbad\n", "labelled_text", "example 0: class 1, good", "fine fine day", "data.test=0")]
    [InlineData("ratings.csv", "user,item,rating,timestamp\n7,31,4,1\n7,32,5,2\n8,31,2,3\n8,33,1,4\n", "ratings", "example 0: rating 4", "user 7, item 31", "data.ratings.feedback=explicit")]
    [InlineData("pairs.tsv", "go away\tgeh weg\nstop\thalt\n", "pairs", "example 0: a sentence pair", "source: go away\n  target: geh weg", "data.name=pairs", "data.test=0",
        "data.pairs.minimum_count=1")]
    public async Task Symbols_are_shown_as_what_they_stand_for(string file, string text, string name, string example, string shown, params string[] set)
    {
        _command.Write(file, text);

        var result = await _command.RunAsync(["data", "inspect", file, "--samples", "1", .. set.SelectMany(one => new[] { "--set", one }), "--set", "data.clients=1"]);

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        Assert.StartsWith($"{name}: ", result.Output, StringComparison.Ordinal);
        Assert.Contains(example, result.Output, StringComparison.Ordinal);
        Assert.Contains(shown, result.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_whose_data_cannot_be_used_is_told_beside_the_others()
    {
        _command.Write("sites/a.csv", "age,y\n1,no\n2,yes\n");
        _command.Write("sites/b.csv", "age,y\n1,no\n2,\n");

        var result = await _command.RunAsync("data", "inspect", "sites", "--set", "data.label=y", "--set", "data.partition.kind=natural", "--set", "data.test=0");

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        Assert.Contains("takes no part: b: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("line 3, column 'y': the label is missing", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_of_a_job_is_shown_whatever_its_model()
    {
        _command.Write("job.yaml", "model: { name: keras-cnn }\ndata: { name: digits, clients: 3 }\n");   // the images are too small for it

        var result = await _command.RunAsync("data", "inspect", "job.yaml", "--samples", "0");

        Assert.Equal(ExitCodes.Success, result.ExitCode);
        Assert.DoesNotContain("example 0", result.Output, StringComparison.Ordinal);
        Assert.Contains("client-2", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_refused_with_what_there_is()
    {
        var result = await _command.RunAsync("data", "inspect", "nonsense");

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains("There is no data set, file or folder nonsense. Data sets are digits,", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_of_the_data_section_are_listed()
    {
        var result = await _command.RunAsync("data", "inspect", "digits", "--set", "data.partition.kind=natural");

        Assert.Equal(ExitCodes.JobInvalid, result.ExitCode);
        Assert.Contains("data.partition.kind: natural needs data", result.Error, StringComparison.Ordinal);
    }
}
