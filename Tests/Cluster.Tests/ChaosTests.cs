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
/// point of a round and workers in the middle of their training. It ends with the model of the undisturbed run, bit for bit. One seed by default, and the
/// points at which an asynchronous run differs most; FEDERATED_CHAOS_SEEDS=20 runs so many seeds in a row, and all points.</summary>
[Collection(Alone.Name)]
public sealed class ChaosTests(ITestOutputHelper output, ChaosTests.Undisturbed undisturbed) : IClassFixture<ChaosTests.Undisturbed>, IDisposable
{
    private const int Rounds = 14;
    private const int WorkerKills = 4;

    // Each of the seven points in a round of its own, and one to end with.
    private const int AsynchronousRounds = 8;

    private static readonly string Job = JobOf(string.Create(CultureInfo.InvariantCulture, $"rounds: {Rounds}, cohort: {{ fraction: 0.5, deadline: 10m }}"));

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
        var points = Points(seed, Rounds);
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
    public async Task Asynchronous_run_loses_and_repeats_nothing_when_its_coordinator_is_killed()
    {
        const int Buffer = 5;
        var points = Points(seed: 1, AsynchronousRounds);
        if (LongSeries.Seeds == 1) points.RemoveAll(point => point.Point is not (RunPoint.Training or RunPoint.Receiving or RunPoint.CheckpointWritten));
        await using var cluster = await ChaosCluster.StartAsync(_folder.Path, new()
        {
            Coordinators = 2,
            Workers = 2,
            StateFolder = Path.Combine(_folder.Path, "state"),
            KillAt = [.. points],
            Seed = 1,
        });
        await using var follower = await cluster.SubmitAsync(JobOf(string.Create(CultureInfo.InvariantCulture,
            $"rounds: {AsynchronousRounds}, mode: fedbuff, asynchronous: {{ concurrency: 6, buffer: {Buffer} }}, cohort: {{ deadline: 10m }}")));
        var history = await follower.EndedAsync();

        Assert.True(history.Summary is { Status: RunStatus.Completed, Reason: "" }, $"{history}{cluster.Transcripts()}");
        Assert.Equal(points.Select(SelfKill.MarkOf).Order(), Directory.GetFiles(cluster.Marks).Select(Path.GetFileName).Order());
        Assert.Empty(history.Conflicts);
        Assert.Equal(Enumerable.Range(1, AsynchronousRounds).Select(round => (uint)round), history.Rounds.Keys);
        Assert.All(history.Rounds.Values, round => Assert.Equal(((uint)Buffer, 1u), (round.Updates, round.Attempts)));
    }

    private static string JobOf(string federation) => $$"""
        name: chaos
        seed: 11
        model: { name: mlp }
        data: { name: digits, clients: 12, partition: { kind: dirichlet, alpha: 0.5 } }
        federation: { {{federation}} }
        training: { epochs: 4, batch_size: 8 }
        evaluation: { every: 2 }
        """;

    // Every point of a round once, each in a round of its own that is not the last one.
    private static List<KillPoint> Points(ulong seed, int count)
    {
        var random = new RandomStream(SeedTree.Derive(seed, "points"));
        var rounds = Enumerable.Range(1, count - 1).ToArray();
        random.Shuffle<int>(rounds);
        return [.. Enum.GetValues<RunPoint>().Select((point, index) => new KillPoint(point, rounds[index])).OrderBy(point => point.Round)];
    }

    /// <summary>The job without faults.</summary>
    public sealed class Undisturbed() : UndisturbedRun(Job);
}
