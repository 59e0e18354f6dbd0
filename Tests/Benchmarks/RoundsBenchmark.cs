using System.Diagnostics;
using Federated.Benchmarks.Processes;

namespace Federated.Benchmarks;

/// <summary>What thousands of rounds leave behind: memory of the coordinator and of its worker, the journal, the checkpoints; and how long a coordinator takes to
/// know all of it again after it was killed. Once almost without evaluations, once with one a round.</summary>
internal static class RoundsBenchmark
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Number("--count", 2000);
        Report.Line($"one coordinator, one worker of one slot; {count} rounds of two updates of 650 parameters, default settings");
        Report.Machine();
        foreach (var every in (int[])[1_000_000, 1]) await MeasureAsync(count, every);
        Report.Machine();
        return 0;
    }

    private static async Task MeasureAsync(int count, int every)
    {
        await using var deployment = new Deployment(coordinators: 1);
        await deployment.StartAsync(workers: 1);
        var (coordinator, worker) = (deployment.Coordinators[0], deployment.Workers[0]);
        Report.Line($"evaluation every {every} rounds");
        // Longer than what is measured: it is killed in the middle of its work.
        var run = await coordinator.SubmitAsync(Workloads.TinyRounds(10 * count, every));
        var (lastRound, lastAt) = (0, Stopwatch.GetTimestamp());
        foreach (var goal in (int[])[count / 10, count / 2, count])
        {
            var (sight, at) = await coordinator.UntilAsync(run, sight => sight.Round >= goal);
            Report.Line($"  round {sight.Round}: {(sight.Round - lastRound) / Report.Seconds(lastAt, at):F1} rounds/s, {Megabytes(coordinator.Process.ResidentBytes):F1} MB coordinator, {Megabytes(worker.ResidentBytes):F1} MB worker");
            (lastRound, lastAt) = (sight.Round, at);
        }

        await coordinator.Process.EndAsync();
        PrintFiles(deployment.StateFolder, lastRound);
        var starting = coordinator.StartAsync("--verbose");
        var started = Stopwatch.GetTimestamp();
        var (back, answered) = await coordinator.UntilAsync(run, _ => true);
        var details = await coordinator.ShowAsync(run);
        var shown = Stopwatch.GetTimestamp();
        await starting;
        var epoch = (await coordinator.Process.LineAsync("Epoch ")).At;
        var goesOn = (await coordinator.Process.LineAsync("goes on after round")).At;
        Report.Line($"  recovery: process up to the journal {Report.Seconds(started, epoch):F2} s, run read {Report.Seconds(epoch, goesOn):F2} s more (target: below 3 s), it answers after {Report.Seconds(started, answered):F2} s, shows {details.Rounds.Count} rounds after {Report.Seconds(started, shown):F2} s");
        if (back.Round < lastRound) Report.Line($"  LOST: round {lastRound} was committed before the kill, and the run is back at round {back.Round}");
    }

    private static void PrintFiles(string folder, int rounds)
    {
        var journal = new DirectoryInfo(folder).GetFiles("journal.db*");
        var (database, log) = (Length("journal.db"), Length("journal.db-wal"));
        var checkpoints = new DirectoryInfo(Path.Combine(folder, "checkpoints")).GetFiles("*", SearchOption.AllDirectories);
        Report.Line($"  journal {Megabytes(database):F2} MB and {Megabytes(log):F2} MB of log, {(double)database / rounds:F0} bytes a round; {checkpoints.Length} checkpoint files of {Megabytes(checkpoints.Sum(file => file.Length)):F2} MB");

        long Length(string name) => Array.Find(journal, file => file.Name == name)?.Length ?? 0;
    }

    private static double Megabytes(long bytes) => bytes / 1e6;
}
