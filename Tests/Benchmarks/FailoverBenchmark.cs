using System.Diagnostics;
using Federated.Benchmarks.Processes;

namespace Federated.Benchmarks;

/// <summary>How long a run stands still when the active one of two coordinators is killed: until the standby answers for it, and until that accepts the next
/// update. The killed one is started again each time, so that both addresses die in turn. Default settings.</summary>
internal static class FailoverBenchmark
{
    private const int Workers = 3;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var repeats = arguments.Number("--repeats", 6);
        await using var deployment = new Deployment(coordinators: 2);
        Report.Line($"two coordinators with one state folder, {Workers} workers of one slot, default settings; SIGKILL of the active coordinator");
        Report.Machine();
        await deployment.StartAsync(Workers);
        var (active, standby) = (deployment.Coordinators[0], deployment.Coordinators[1]);
        var run = await active.SubmitAsync(Workloads.ShortRounds);

        var (actives, updates) = (new List<double>(), new List<double>());
        for (var i = 1; i <= repeats; i++)
        {
            var (before, _) = await active.UntilAsync(run, sight => sight.Workers == Workers);
            await active.UntilAsync(run, sight => sight.Round >= before.Round + 3);
            var killed = Stopwatch.GetTimestamp();
            active.Process.Kill();
            var (first, answered) = await standby.UntilAsync(run, _ => true);
            var (_, accepted) = await standby.UntilAsync(run, sight => sight.Round > first.Round || sight.Accepted > 0);
            actives.Add(Report.Seconds(killed, answered));
            updates.Add(Report.Seconds(killed, accepted));
            Report.Line($"kill {i} ({(active == deployment.Coordinators[0] ? "lower" : "higher")} address): active {actives[^1]:F2} s, next update {updates[^1]:F2} s");
            await active.StartAsync();
            (active, standby) = (standby, active);
        }
        Report.Machine();
        Report.Figure("standby is active", "s", actives, "at most 15 s");
        Report.Figure("next update is accepted", "s", updates, "at most 15 s");
        return 0;
    }
}
