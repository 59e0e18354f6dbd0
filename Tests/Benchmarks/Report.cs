using System.Diagnostics;
using System.Globalization;

namespace Federated.Benchmarks;

/// <summary>What a benchmark prints: one line a measurement, then one line a figure with its median, its range and its count, and how busy the machine was.</summary>
internal static class Report
{
    /// <summary>Prints a line, numbers in the invariant culture.</summary>
    public static void Line(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <param name="what">The figure.</param>
    /// <param name="unit">Of the values.</param>
    /// <param name="values">At least one, in any order.</param>
    /// <param name="target">What was promised, if anything was.</param>
    public static void Figure(string what, string unit, IEnumerable<double> values, string target = "")
    {
        double[] sorted = [.. values.Order()];
        Line($"{what}: median {Median(sorted):F2} {unit}, {sorted[0]:F2} to {sorted[^1]:F2}, n={sorted.Length}{(target.Length > 0 ? $" (target: {target})" : "")}");
    }

    /// <summary>Prints how many cores there are and how many processes wanted them lately.</summary>
    public static void Machine()
    {
        var load = File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";
        Line($"{Environment.ProcessorCount} cores, load average {load}");
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    public static double Seconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalSeconds;
}
