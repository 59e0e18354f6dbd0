using Federated.Benchmarks.Processes;

namespace Federated.Benchmarks;

/// <summary>What it costs to make every round durable: the same rounds with the state folder on a disk and in memory, in pairs.</summary>
internal static class CommitBenchmark
{
    private const string Memory = "/dev/shm";
    private const int WarmUp = 50;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (pairs, rounds) = (arguments.Number("--pairs", 5), arguments.Number("--count", 300));
        if (!Directory.Exists(Memory)) throw new InvalidOperationException($"There is no {Memory} on this system to put a state folder in memory.");
        Report.Line($"one coordinator, one worker of one slot; {rounds} rounds of two updates of 650 parameters after {WarmUp} to warm up, state on {Path.GetTempPath()} and on {Memory}");
        Report.Machine();
        var (disk, memory, cost) = (new List<double>(), new List<double>(), new List<double>());
        for (var pair = 1; pair <= pairs; pair++)
        {
            disk.Add(await MeasureAsync(parent: null, rounds));
            memory.Add(await MeasureAsync(Memory, rounds));
            cost.Add(disk[^1] - memory[^1]);
            Report.Line($"pair {pair}: disk {disk[^1]:F2} ms a round, memory {memory[^1]:F2} ms a round");
        }
        Report.Machine();
        Report.Figure("a round with its state on disk", "ms", disk);
        Report.Figure("a round with its state in memory", "ms", memory);
        Report.Figure("difference within a pair", "ms", cost);
        return 0;
    }

    private static async Task<double> MeasureAsync(string? parent, int rounds)
    {
        await using var deployment = new Deployment(coordinators: 1, parent);
        await deployment.StartAsync(workers: 1);
        var coordinator = deployment.Coordinators[0];
        var run = await coordinator.SubmitAsync(Workloads.TinyRounds(rounds: 1_000_000, every: 1_000_000));
        var (first, began) = await coordinator.UntilAsync(run, sight => sight.Round >= WarmUp);
        var (last, ended) = await coordinator.UntilAsync(run, sight => sight.Round >= WarmUp + rounds);
        return Report.Seconds(began, ended) * 1000 / (last.Round - first.Round);
    }
}
