using System.Globalization;
using System.Text.RegularExpressions;
using Federated.Cluster.Tests.Processes;

namespace Federated.Cluster.Tests;

/// <summary>Coordinators that are killed as processes, and what becomes of their workers.</summary>
[Collection(Alone.Name)]
public sealed partial class KilledCoordinatorTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<ProcessUnderTest> _processes = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        _folder.Dispose();
    }

    [UnixFact]
    public async Task Lone_coordinator_that_is_killed_and_started_again_has_its_workers_back_without_their_restart()
    {
        var ports = FreePorts.Take(2);
        var killed = await CoordinatorAsync("c", ports[0], ports[1]);
        ProcessUnderTest[] workers = [await WorkerAsync("w1", ports[1]), await WorkerAsync("w2", ports[1])];

        await AllKnownAsync();
        await KillAsync(killed);
        var next = await CoordinatorAsync("c", ports[0], ports[1]);

        await AttachedAsync(next, "w1", "w2");
        Assert.All(workers, worker => Assert.Single(worker.Output, line => line.StartsWith("worker ready", StringComparison.Ordinal)));
        Assert.All(workers, worker => Assert.DoesNotContain(worker.Error, line => line.Contains("starts anew", StringComparison.Ordinal)));
    }

    [UnixFact]
    public async Task Worker_whose_coordinator_is_another_one_at_the_same_address_starts_anew_and_attaches()
    {
        var ports = FreePorts.Take(2);
        var killed = await CoordinatorAsync("first", ports[0], ports[1]);
        var worker = await WorkerAsync("w1", ports[1]);

        await KillAsync(killed);
        // Another state folder: it knows nothing of the cluster that the worker is in.
        var next = await CoordinatorAsync("second", ports[0], ports[1]);

        await worker.LineAsync(line => line.EndsWith("This worker has lost its cluster; it starts anew in 1 s.", StringComparison.Ordinal));
        await AttachedAsync(next, "w1");
    }

    [UnixFact]
    public async Task Either_of_two_coordinators_takes_over_when_the_other_is_killed()
    {
        var ports = FreePorts.Take(4);
        int[] seeds = [ports[0], ports[1]];
        // The first seed is the first to run, and so the active one; its address is the lower one.
        var first = await CoordinatorAsync("c1", ports[2], seeds[0], seeds);
        var second = await CoordinatorAsync("c2", ports[3], seeds[1], seeds);
        await WorkerAsync("w1", seeds);
        await WorkerAsync("w2", seeds);

        // Not only when everybody knows everybody: a worker that only the killed one knew starts anew.
        await KillAsync(first);
        await AttachedAsync(second, "w1", "w2");
        first = await CoordinatorAsync("c1", ports[2], seeds[0], seeds);
        await KillAsync(second);
        await AttachedAsync(first, "w1", "w2");
    }

    // The coordinator says it, since a worker says so only when it is a fresh one.
    private static async Task AttachedAsync(ProcessUnderTest coordinator, params string[] workers)
    {
        foreach (var name in workers) await coordinator.LineAsync(line => line.Contains($"Worker {name} is attached", StringComparison.Ordinal));
    }

    // A node becomes a full member when all full members know it; the cluster's leader, which may be any node, says so.
    private async Task AllKnownAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (_processes.SelectMany(process => process.Error).Select(line => UpLine().Match(line).Value).Where(node => node.Length > 0).Distinct().Count() < _processes.Count)
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
    }

    private static async Task KillAsync(ProcessUnderTest process)
    {
        process.Send(UnixSignal.Kill);
        await process.ExitAsync();
    }

    private async Task<ProcessUnderTest> CoordinatorAsync(string state, int port, int clusterPort, params int[] seeds)
    {
        var process = ProcessUnderTest.Start(DotNet.Federated, _folder.Path,
        [
            "coordinator", "--verbose", "--port", Text(port), "--cluster-port", Text(clusterPort), "--state-dir", state,
            .. seeds.SelectMany(seed => new[] { "--seed", $"127.0.0.1:{Text(seed)}" }),
        ]);
        _processes.Add(process);
        await process.LineAsync(line => line.StartsWith("coordinator ready: ", StringComparison.Ordinal));
        return process;
    }

    private async Task<ProcessUnderTest> WorkerAsync(string name, params int[] seeds)
    {
        var process = ProcessUnderTest.Start(DotNet.Federated, _folder.Path,
        [
            "worker", "--verbose", "--name", name, "--slots", "1", "--state-dir", name,
            .. seeds.SelectMany(seed => new[] { "--coordinator", $"127.0.0.1:{Text(seed)}" }),
        ]);
        _processes.Add(process);
        await process.LineAsync(line => line.StartsWith("worker ready: ", StringComparison.Ordinal));
        return process;
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Leader is moving node \[.*?\] to \[Up\]")]
    private static partial Regex UpLine();
}
