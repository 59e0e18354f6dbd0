using System.Text.Json;
using Federated.Cluster.Tests.Processes;

namespace Federated.Cluster.Tests.Faults;

/// <summary>A job as it runs when nothing goes wrong, in one process, once for all tests of a class.</summary>
/// <param name="yaml">The job.</param>
public abstract class UndisturbedRun(string yaml) : IAsyncLifetime
{
    /// <summary>SHA-256 of the parameters of each round, in order.</summary>
    public IReadOnlyList<string> Hashes { get; private set; } = [];

    public async Task InitializeAsync()
    {
        using var folder = new TemporaryFolder();
        var results = Path.Combine(folder.Path, "results");
        await using var run = ProcessUnderTest.Start(DotNet.Federated, folder.Path, "run", folder.Write("job.yaml", yaml), "--out", results);
        Assert.True(await run.ExitAsync() == 0, run.Transcript());
        var rounds = (await File.ReadAllLinesAsync(Path.Combine(results, "metrics.jsonl"))).Select(line => JsonDocument.Parse(line).RootElement);
        Hashes = [.. rounds.DistinctBy(round => round.GetProperty("round").GetInt32()).Select(round => round.GetProperty("parameters_sha256").GetString()!)];
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
