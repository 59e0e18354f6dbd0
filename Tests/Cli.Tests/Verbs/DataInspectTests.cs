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
