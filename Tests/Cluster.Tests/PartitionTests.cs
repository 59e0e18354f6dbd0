using Federated.Cluster.Tests.Faults;
using Federated.Cluster.Tests.Processes;
using Federated.V1;
using Xunit.Abstractions;

namespace Federated.Cluster.Tests;

/// <summary>The network between real nodes is divided for so long that each side has removed the other, and is whole again. At most one side commits: the run
/// ends with the model of the undisturbed one, and no round was ever announced with two models.</summary>
[Collection(Alone.Name)]
public sealed class PartitionTests(ITestOutputHelper output, PartitionTests.Undisturbed undisturbed) : IClassFixture<PartitionTests.Undisturbed>, IDisposable
{
    private const string Job = """
        name: partition
        seed: 17
        model: { name: mlp }
        data: { name: digits, clients: 12, partition: { kind: dirichlet, alpha: 0.5 } }
        federation: { rounds: 18, cohort: { fraction: 0.5, deadline: 10m } }
        training: { epochs: 25, batch_size: 8 }
        evaluation: { every: 5 }
        """;

    // Detection takes about 4 s, removal 2 s more; what is left is time for both sides to do harm.
    private static readonly TimeSpan Divided = TimeSpan.FromSeconds(12);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Nodes of one side, the most harmful division first.</summary>
    public static TheoryData<string[]> Sides =>
        [.. new string[][] { ["coordinator-1", "worker-1"], ["coordinator-2"], ["coordinator-1"], ["worker-2"] }.Take(LongSeries.Seeds)];

    [LinuxTheory]
    [MemberData(nameof(Sides))]
    public async Task Divided_network_never_makes_two_models_and_the_run_ends_with_the_right_one(params string[] side)
    {
        await using var cluster = await StartAsync();
        await using var run = await cluster.SubmitAsync(Job);
        await run.ReachedAsync(3, "training");

        cluster.Divide(side);
        await Task.Delay(Divided);
        output.WriteLine($"divided: {run.History.Rounds.Count} rounds, epochs {string.Join(" ", State.Epochs(run.Run).Distinct())}");
        cluster.Heal();

        await AssertRightAsync(cluster, run, takenOver: side.Any(node => node.StartsWith("coordinator", StringComparison.Ordinal)));
    }

    [UnixFact]
    public async Task Active_coordinator_that_sleeps_and_wakes_commits_nothing_more()
    {
        await using var cluster = await StartAsync();
        await using var run = await cluster.SubmitAsync(Job);
        await run.ReachedAsync(3, "training");

        await cluster.Process("coordinator-1").PauseAsync(Divided);

        await AssertRightAsync(cluster, run, takenOver: true);
    }

    private StateFolder State => new(Path.Combine(_folder.Path, "state"));

    private Task<ChaosCluster> StartAsync() => ChaosCluster.StartAsync(_folder.Path, new()
    {
        Coordinators = 2,
        Workers = 2,
        StateFolder = State.Path,
        LinkCluster = true,
        LinkTransfers = true,
    });

    private async Task AssertRightAsync(ChaosCluster cluster, RunFollower run, bool takenOver)
    {
        var history = await run.EndedAsync();
        var epochs = State.Epochs(run.Run);
        output.WriteLine($"ended: epochs {string.Join(" ", epochs.Distinct())}");

        Assert.True(history.Summary is { Status: RunStatus.Completed, Reason: "" }, $"{history}{cluster.Transcripts()}");
        Assert.Empty(history.Conflicts);
        Assert.True(undisturbed.Hashes.SequenceEqual(history.Hashes), $"{history}{cluster.Transcripts()}");
        // Whoever lost the runs wrote nothing afterwards.
        Assert.Equal(epochs.Order(), epochs);
        Assert.Equal(takenOver, epochs.Distinct().Count() > 1);
    }

    /// <summary>The job without faults.</summary>
    public sealed class Undisturbed() : UndisturbedRun(Job);
}
