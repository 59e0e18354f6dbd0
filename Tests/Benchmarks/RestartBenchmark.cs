using System.Diagnostics;
using Federated.Benchmarks.Processes;

namespace Federated.Benchmarks;

/// <summary>How long a run stands still when its only coordinator is killed and started again at once, as a supervisor does: until the process says that it is
/// ready, until a worker is attached, and until the next update is accepted. Default settings.</summary>
internal static class RestartBenchmark
{
    private const int Workers = 3;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var repeats = arguments.Number("--repeats", 6);
        await using var deployment = new Deployment(coordinators: 1, parent: null, arguments.Has("--log") ? ["--verbose"] : []);
        Report.Line($"one coordinator, {Workers} workers of one slot, default settings; SIGKILL of the coordinator and start of the same command");
        Report.Machine();
        await deployment.StartAsync(Workers);
        var coordinator = deployment.Coordinators[0];
        var run = await coordinator.SubmitAsync(Workloads.ShortRounds);

        var (readies, attached, updates) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 1; i <= repeats; i++)
        {
            var (before, _) = await coordinator.UntilAsync(run, sight => sight.Workers == Workers);
            await coordinator.UntilAsync(run, sight => sight.Round >= before.Round + 3);
            var killed = Stopwatch.GetTimestamp();
            coordinator.Process.Kill();
            var starting = coordinator.StartAsync();
            var (first, worker) = await coordinator.UntilAsync(run, sight => sight.Workers > 0);
            var (_, accepted) = await coordinator.UntilAsync(run, sight => sight.Round > first.Round || sight.Accepted > 0);
            readies.Add(Report.Seconds(killed, (await starting).At));
            attached.Add(Report.Seconds(killed, worker));
            updates.Add(Report.Seconds(killed, accepted));
            Report.Line($"kill {i}: ready {readies[^1]:F2} s, first worker {attached[^1]:F2} s, next update {updates[^1]:F2} s");
            if (!arguments.Has("--log")) continue;
            foreach (var (line, name) in deployment.Processes.SelectMany(process => process.Lines.Select(line => (line, process.Name)))
                .Where(said => said.line.At >= killed && said.line.At <= accepted).OrderBy(said => said.line.At))
                Report.Line($"  {Report.Seconds(killed, line.At):F3} {name}: {line.Text}");
        }
        Report.Machine();
        Report.Figure("coordinator is ready", "s", readies);
        Report.Figure("first worker is attached", "s", attached);
        Report.Figure("next update is accepted", "s", updates, "at most 5 s");
        return 0;
    }
}
