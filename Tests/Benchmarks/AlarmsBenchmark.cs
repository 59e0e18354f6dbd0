using System.Globalization;
using System.Text.RegularExpressions;
using Federated.Benchmarks.Processes;

namespace Federated.Benchmarks;

/// <summary>Whether a machine that is merely busy is taken for dead: two coordinators and twice as many workers as there are cores, all training without a pause.
/// Every alarm that any of them raises is counted from its log; with the default settings there should be none.</summary>
internal static partial class AlarmsBenchmark
{
    private static readonly (string What, string Text)[] Alarms =
    [
        ("nodes seen as unreachable", "as UNREACHABLE"),
        ("nodes removed from the cluster", "is removed from the cluster"),
        ("workers given up", "its tasks go to others"),
        ("hosts started anew", "it starts anew"),
    ];

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (minutes, burners) = (arguments.Number("--minutes", 3), arguments.Number("--burn", 0));
        var workers = arguments.Number("--workers", 2 * Environment.ProcessorCount);
        await using var deployment = new Deployment(coordinators: 2, parent: null, "--verbose");
        Report.Line($"two coordinators, {workers} workers of one slot that train without a pause, {burners} threads that burn CPU beside them, default settings, {minutes} min");
        Report.Machine();
        await deployment.StartAsync(workers);
        var run = await deployment.Coordinators[0].SubmitAsync(Workloads.FullLoad(2 * workers));
        using var end = new CancellationTokenSource();
        for (var i = 0; i < burners; i++) Burn(end.Token);
        var busy = Busy();
        await Task.Delay(TimeSpan.FromMinutes(minutes));
        var (busyAfter, ended) = (Busy(), deployment.Processes.Count(process => !process.IsAlive));
        await end.CancelAsync();
        await deployment.Coordinators[0].ShowAsync(run);

        Report.Machine();
        Report.Line($"cores busy: {100.0 * (busyAfter.Busy - busy.Busy) / Math.Max(1, busyAfter.All - busy.All):F1} %");
        var lines = deployment.Processes.SelectMany(process => process.Lines.Select(line => (process.Name, line.Text))).ToArray();
        foreach (var (what, text) in Alarms)
        {
            var raised = lines.Where(line => line.Text.Contains(text, StringComparison.Ordinal)).ToArray();
            Report.Line($"{what}: {raised.Length} (expected: 0)");
            foreach (var (name, said) in raised.Take(5)) Report.Line($"  {name}: {said}");
        }
        Report.Line($"processes that ended: {ended} (expected: 0)");
        // Not alarms yet, but how near they were: the default settings allow 3 s of silence.
        Late("heartbeats that came late", GrowingInterval(), lines);
        Late("heartbeats that left late", DelayedHeartbeat(), lines);
        return 0;
    }

    private static void Late(string what, Regex pattern, (string Name, string Text)[] lines)
    {
        int[] late = [.. lines.Select(line => pattern.Match(line.Text)).Where(match => match.Success).Select(match => Milliseconds(match.Groups[1].Value))];
        Report.Line($"{what}: {late.Length}, the latest after {late.DefaultIfEmpty().Max()} ms");
    }

    private static int Milliseconds(string text) => (int)double.Parse(text, CultureInfo.InvariantCulture);

    private static void Burn(CancellationToken end) => new Thread(() =>
    {
        while (!end.IsCancellationRequested)
        {
            // Nothing but a core's time is wanted.
        }
    })
    { IsBackground = true }.Start();

    private static (long Busy, long All) Busy()
    {
        if (!File.Exists("/proc/stat")) return default;
        // user nice system idle iowait irq softirq steal, summed over the cores since the machine started.
        long[] times = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9].Select(time => long.Parse(time, CultureInfo.InvariantCulture))];
        return (times.Sum() - times[3] - times[4], times.Sum());
    }

    [GeneratedRegex(@"heartbeat interval is growing too large for address .*: ([0-9.]+) millis")]
    private static partial Regex GrowingInterval();

    [GeneratedRegex(@"Previous heartbeat was sent \[([0-9.]+)\] ms ago")]
    private static partial Regex DelayedHeartbeat();
}
