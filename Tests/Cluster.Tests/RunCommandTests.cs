using System.Security.Cryptography;
using System.Text.Json;
using Federated.Cluster.Tests.Processes;
using Federated.Core;

namespace Federated.Cluster.Tests;

/// <summary><c>federated run</c> as a process.</summary>
public sealed class RunCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_gives_the_same_model_with_any_number_of_workers()
    {
        var hashes = new List<string>();
        foreach (var (workers, name) in new[] { ("2", "two"), ("4", "four") })
        {
            await using var run = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "run", "--json", "--out", name, "--workers", workers, "--set", "federation.rounds=2");
            Assert.True(await run.ExitAsync() == ExitCodes.Success, run.Transcript());

            using var summary = JsonDocument.Parse(Assert.Single(run.Output));   // exactly one object, on one line
            Assert.DoesNotContain(run.Error, line => line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" warn: ", StringComparison.Ordinal));
            Assert.Equal("completed", summary.RootElement.GetProperty("status").GetString());
            Assert.Equal(int.Parse(workers), summary.RootElement.GetProperty("workers").GetInt32());
            var hash = summary.RootElement.GetProperty("model_sha256").GetString()!;
            var model = await File.ReadAllBytesAsync(Path.Combine(_folder.Path, name, "model.safetensors"));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(model)), hash);
            hashes.Add(hash);
        }
        Assert.Single(hashes.Distinct());
    }

    [Fact]
    public async Task Attackers_ruin_the_mean_and_not_the_median()
    {
        async Task<double> AccuracyOfAsync(string rule, string workers)
        {
            await using var run = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "run", "--json", "--out", rule + workers, "--workers", workers, "--set", "federation.rounds=5",
                "--set", "federation.cohort.minimum=10", "--set", "federation.aggregation.rule=" + rule, "--set", "attack={kind: sign_flip, fraction: 0.2, scale: 5}");
            Assert.True(await run.ExitAsync() == ExitCodes.Success, run.Transcript());
            using var summary = JsonDocument.Parse(Assert.Single(run.Output));
            return summary.RootElement.GetProperty("accuracy").GetDouble();
        }

        Assert.InRange(await AccuracyOfAsync("mean", "2"), 0, 0.3);
        var held = await AccuracyOfAsync("median", "2");
        Assert.InRange(held, 0.6, 1);
        Assert.Equal(held, await AccuracyOfAsync("median", "1"));
    }

    [Fact]
    public async Task Data_of_four_hospitals_is_standardised_alike_on_any_number_of_workers()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "heart.yaml"), """
            model: {layers: [normalize, dense: {units: 2}]}
            data: {name: heart-disease, partition: {kind: natural}}
            federation: {rounds: 3, cohort: {minimum: 4}}
            """);
        var one = await ModelOfAsync("run", "heart.yaml", "--json", "--out", "one", "--workers", "1");
        var three = await ModelOfAsync("run", "heart.yaml", "--json", "--out", "three", "--workers", "3");
        Assert.Equal(one, three);
    }

    [UnixFact]
    public async Task Run_that_gets_an_interrupt_ends_with_what_it_reached()
    {
        await using var run = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "run", "--json", "--out", "out", "--set", "federation.rounds=100000");
        await run.LineAsync(line => line.StartsWith("round 2/100000", StringComparison.Ordinal));
        run.Send(UnixSignal.Interrupt);

        Assert.True(await run.ExitAsync() == ExitCodes.Interrupted, run.Transcript());
        using var summary = JsonDocument.Parse(Assert.Single(run.Output));
        Assert.Equal("stopped", summary.RootElement.GetProperty("status").GetString());
        Assert.True(summary.RootElement.GetProperty("rounds").GetInt32() >= 2);
        Assert.Equal(
            ["job.yaml", "metrics.jsonl", "model.safetensors", "summary.json"],
            Directory.GetFiles(Path.Combine(_folder.Path, "out")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [UnixFact]
    public async Task Run_that_is_killed_or_interrupted_goes_on_with_any_number_of_workers_to_the_model_of_an_undisturbed_one()
    {
        var undisturbed = await ModelOfAsync("run", "--json", "--out", "undisturbed", "--set", "federation.rounds=7");

        await EndAfterAsync(2, UnixSignal.Kill, "run", "--json", "--out", "out", "--set", "federation.rounds=7", "--workers", "2");
        await EndAfterAsync(4, UnixSignal.Interrupt, "run", "--json", "--resume", "out", "--workers", "1");
        Assert.True(File.Exists(Path.Combine(_folder.Path, "out", "state", "journal.db")));
        var disturbed = await ModelOfAsync("run", "--json", "--resume", "out", "--workers", "4");

        Assert.Equal(undisturbed, disturbed);
        var metrics = (await File.ReadAllLinesAsync(Path.Combine(_folder.Path, "out", "metrics.jsonl"))).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(Enumerable.Range(1, 7), metrics.Select(round => round.GetProperty("round").GetInt32()));
        Assert.All(metrics, round => Assert.Equal(JsonValueKind.Number, round.GetProperty("accuracy").ValueKind));
        Assert.Equal(
            ["job.yaml", "metrics.jsonl", "model.safetensors", "summary.json"],
            Directory.GetFileSystemEntries(Path.Combine(_folder.Path, "out")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        async Task EndAfterAsync(int round, UnixSignal signal, params string[] args)
        {
            await using var run = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, args);
            await run.LineAsync(line => line.StartsWith($"round {round}/7", StringComparison.Ordinal));
            run.Send(signal);
            // 128 + SIGKILL, where it was killed.
            Assert.True(await run.ExitAsync() == (signal == UnixSignal.Kill ? 137 : ExitCodes.Interrupted), run.Transcript());
        }
    }

    [Fact]
    public async Task Run_with_a_data_set_that_is_not_there_says_where_it_looked()
    {
        var job = _folder.Write("table.yaml", "name: table\nmodel: { name: logistic }\ndata: { name: csv, path: absent.csv }\n");
        await using var run = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "run", job, "--data-dir", "here");

        Assert.True(await run.ExitAsync() == ExitCodes.DataMissing, run.Transcript());
        Assert.Empty(run.Output);
        Assert.Contains(run.Error, line => line.Contains(Path.Combine(_folder.Path, "here", "absent.csv"), StringComparison.Ordinal));
        Assert.DoesNotContain(run.Error, line => line.StartsWith("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_whose_model_does_not_fit_the_data_is_an_error_of_the_job()
    {
        await using var run = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "run", "--set", "model={name: keras-cnn}");

        Assert.True(await run.ExitAsync() == ExitCodes.JobInvalid, run.Transcript());
        Assert.Empty(run.Output);
    }

    private async Task<string> ModelOfAsync(params string[] args)
    {
        await using var run = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, args);
        Assert.True(await run.ExitAsync() == ExitCodes.Success, run.Transcript());
        using var summary = JsonDocument.Parse(Assert.Single(run.Output));
        return summary.RootElement.GetProperty("model_sha256").GetString()!;
    }
}
