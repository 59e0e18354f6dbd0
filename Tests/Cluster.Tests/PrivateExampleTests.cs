using System.Text.Json;
using Federated.Cluster.Tests.Processes;
using Federated.Core;

namespace Federated.Cluster.Tests;

/// <summary>The examples of private runs, with fewer rounds, to their end although clients drop out.</summary>
public sealed class PrivateExampleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Examples => [.. Directory.EnumerateFiles(Path.Combine(DotNet.Repository, "examples"), "private-*.yaml").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Example_runs_to_its_end_although_clients_drop_out(string example)
    {
        var job = Path.Combine(DotNet.Repository, "examples", example);
        await using var run = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "run", job, "--json", "--out", "out", "--set", "federation.rounds=4");
        Assert.True(await run.ExitAsync() == ExitCodes.Success, run.Transcript());

        using var summary = JsonDocument.Parse(Assert.Single(run.Output));
        Assert.Equal(("completed", 4), (summary.RootElement.GetProperty("status").GetString(), summary.RootElement.GetProperty("rounds").GetInt32()));
        var rounds = await File.ReadAllTextAsync(Path.Combine(_folder.Path, "out", "metrics.jsonl"));
        Assert.Contains("it drops out, as simulation.drop_out has it.", rounds, StringComparison.Ordinal);
    }
}
