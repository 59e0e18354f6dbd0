using System.Globalization;
using Federated.Cluster.Tests.Faults;
using Federated.Cluster.Tests.Processes;
using Federated.Coordinator.Actors;
using Federated.Core.Randomness;
using Federated.FaultyCoordinator;
using Federated.V1;
using Xunit.Abstractions;

namespace Federated.Cluster.Tests;

/// <summary>A run on an active and a standby coordinator and three workers, all real processes, while a seeded schedule kills the active coordinator at every
/// point of a round and workers in the middle of their training. It ends with the model of the undisturbed run, bit for bit. One seed by default;
/// FEDERATED_CHAOS_SEEDS=20 runs so many in a row.</summary>
[Collection(Alone.Name)]
public sealed class ChaosTests(ITestOutputHelper output, ChaosTests.Undisturbed undisturbed) : IClassFixture<ChaosTests.Undisturbed>, IDisposable
{
    private const int Rounds = 14;
    private const int WorkerKills = 4;

    private static readonly string Job = string.Create(CultureInfo.InvariantCulture, $$"""
        name: chaos
        seed: 11
        model: { name: mlp }
        data: { name: digits, clients: 12, partition: { kind: dirichlet, alpha: 0.5 } }
        federation: { rounds: {{Rounds}}, cohort: { fraction: 0.5, deadline: 10m } }
        training: { epochs: 4, batch_size: 8 }
        evaluation: { every: 2 }
        """);

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<ulong> Seeds
    {
        get
        {
            var seeds = new TheoryData<ulong>();
            for (var seed = 1; seed <= LongSeries.Seeds; seed++) seeds.Add((ulong)seed);
            return seeds;
        }
    }

    public void Dispose() => _folder.Dispose();

    [UnixTheory]
    [MemberData(nameof(Seeds))]
    public async Task Run_ends_with_the_same_model_whatever_is_killed_whenever(ulong seed)
    {
        var points = Points(seed);
        var schedule = ChaosSchedule.Draw(seed, new()
        {
            Rounds = Rounds - 1,
            Phases = ["training"],
            Kills = WorkerKills,
            KillTargets = ["worker-1", "worker-2", "worker-3"],
        });
        output.WriteLine($"coordinators die at {string.Join(", ", points)}\n{schedule}");

        await using var cluster = await ChaosCluster.StartAsync(_folder.Path, new()
        {
            Coordinators = 2,
            Workers = 3,
            StateFolder = Path.Combine(_folder.Path, "state"),
            KillAt = [.. points],
            Seed = seed,
        });
        await using var follower = await cluster.SubmitAsync(Job);
        await cluster.PlayAsync(schedule, follower, output.WriteLine);
        var history = await follower.EndedAsync();

        Assert.True(history.Summary is { Status: RunStatus.Completed, Reason: "" }, $"{history}{cluster.Transcripts()}");
        Assert.Equal(points.Select(SelfKill.MarkOf).Order(), Directory.GetFiles(cluster.Marks).Select(Path.GetFileName).Order());
        Assert.Empty(history.Conflicts);
        Assert.True(undisturbed.Hashes.SequenceEqual(history.Hashes), $"{history}{cluster.Transcripts()}");
    }

    [UnixFact]
    public async Task Asynchronous_run_loses_and_repeats_nothing_when_its_coordinator_is_killed_at_every_point()
    {
        const int Buffer = 5;
        var points = Points(seed: 1);
        await using var cluster = await ChaosCluster.StartAsync(_folder.Path, new()
        {
            Coordinators = 2,
            Workers = 3,
            StateFolder = Path.Combine(_folder.Path, "state"),
            KillAt = [.. points],
            Seed = 1,
        });
        await using var follower = await cluster.SubmitAsync(Job.Replace("cohort: { fraction: 0.5, deadline: 10m }",
            string.Create(CultureInfo.InvariantCulture, $"mode: fedbuff, asynchronous: {{ concurrency: 6, buffer: {Buffer} }}, cohort: {{ deadline: 10m }}"), StringComparison.Ordinal));
        var history = await follower.EndedAsync();

        Assert.True(history.Summary is { Status: RunStatus.Completed, Reason: "" }, $"{history}{cluster.Transcripts()}");
        Assert.Equal(points.Select(SelfKill.MarkOf).Order(), Directory.GetFiles(cluster.Marks).Select(Path.GetFileName).Order());
        Assert.Empty(history.Conflicts);
        Assert.Equal(Enumerable.Range(1, Rounds).Select(round => (uint)round), history.Rounds.Keys);
        Assert.All(history.Rounds.Values, round => Assert.Equal(((uint)Buffer, 1u), (round.Updates, round.Attempts)));
    }

    // Every point of a round once, each in a round of its own.
    private static List<KillPoint> Points(ulong seed)
    {
        var random = new RandomStream(SeedTree.Derive(seed, "points"));
        var rounds = Enumerable.Range(1, Rounds - 1).ToArray();
        random.Shuffle<int>(rounds);
        return [.. Enum.GetValues<RunPoint>().Select((point, index) => new KillPoint(point, rounds[index])).OrderBy(point => point.Round)];
    }

    /// <summary>The job without faults.</summary>
    public sealed class Undisturbed() : UndisturbedRun(Job);
}
