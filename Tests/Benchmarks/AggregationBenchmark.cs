using System.Diagnostics;
using Federated.Core.Aggregation;
using Federated.Core.Jobs;

namespace Federated.Benchmarks;

/// <summary>How fast a round's updates become one: the weighted sum and each robust rule, beside copying as much memory in the same run. GB/s of updates are bytes of all updates over the time; of a sum also
/// what moves through memory by construction, of a copy what is read and written.</summary>
internal static class AggregationBenchmark
{
    public static int Run(Arguments arguments)
    {
        var (clients, length, repeats) = (arguments.Number("--clients", 10), arguments.Number("--length", 25_000_000), arguments.Number("--repeats", 5));
        var threads = Environment.ProcessorCount;
        Report.Machine();
        Report.Line($"{clients} updates of {length:N0} float32, {4.0 * clients * length / 1e9:F2} GB, {threads} threads");
        var updates = Enumerable.Range(0, clients).Select(client => Update(client, length)).ToArray();
        var bytes = 4.0 * clients * length;

        var target = new float[length];
        var copy = Measure("copy of the updates, one thread", bytes, repeats, () =>
        {
            foreach (var update in updates) update.AsSpan().CopyTo(target);
        });
        Moved(2 * bytes, copy);
        var wide = Measure($"copy of the updates, {threads} threads", bytes, repeats, () =>
        {
            foreach (var update in updates)
                Parallel.For(0, threads, part =>
                {
                    var (begin, end) = ((int)((long)length * part / threads), (int)((long)length * (part + 1) / threads));
                    update.AsSpan(begin, end - begin).CopyTo(target.AsSpan(begin));
                });
        });
        Moved(2 * bytes, wide);

        var mean = new ExactMean(length, threads);
        foreach (var together in new[] { 1, 4, clients }.Where(count => count <= clients).Distinct())
        {
            var outcomes = new AddOutcome[together];
            var seconds = Measure($"weighted sum, {together} at a time", bytes, repeats, () =>
            {
                mean.Clear();
                foreach (var some in updates.Chunk(together)) mean.TryAdd([.. some.Select(update => new MeanTerm(update, 600))], outcomes.AsSpan(0, some.Length));
            });
            // The sums, 16 bytes, are read and written once for those together, the first time only written.
            Moved(bytes + 32.0 * length * ((clients + together - 1) / together) - 16.0 * length, seconds);
            Report.Line($"  {wide / seconds:P0} of the speed of the copy with {threads} threads, by the bytes of the updates");
        }
        foreach (var spec in Rules(clients))
        {
            var aggregate = UpdateAggregates.Create(new JobSpec { Federation = new() { Aggregation = spec } }, length, threads);
            void Add()
            {
                for (var client = 0; client < clients; client++) aggregate.TryAdd($"client-{client}", updates[client], 600);
            }
            // Norm bounding does its work while updates come.
            if (spec.Rule == AggregationRule.NormBound)
                Measure("norm_bound", bytes, repeats, () =>
                {
                    aggregate.Clear();
                    Add();
                    aggregate.Aggregate(target, 1);
                });
            else
            {
                Add();
                Measure($"{JobWord(spec.Rule)}{(spec.Rule == AggregationRule.GeometricMedian ? $", {spec.MedianSteps} steps" : "")}", bytes, repeats, () => aggregate.Aggregate(target, 1));
            }
        }
        return 0;
    }

    private static IEnumerable<AggregationSpec> Rules(int clients)
    {
        var f = Math.Max(1, (clients - 3) / 4);
        foreach (var rule in Enum.GetValues<AggregationRule>().Where(rule => rule != AggregationRule.Mean))
            yield return new() { Rule = rule, Attackers = f, MedianSteps = 3, Root = rule == AggregationRule.FlTrust ? "client-0" : null };
    }

    private static string JobWord(AggregationRule rule) => string.Concat(rule.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));

    private static double Measure(string what, double bytes, int repeats, Action work)
    {
        work();   // compiles, and touches memory
        var seconds = new double[repeats];
        for (var i = 0; i < repeats; i++)
        {
            var begin = Stopwatch.GetTimestamp();
            work();
            seconds[i] = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        }
        var median = Report.Median(seconds);
        Report.Line($"{what}: {bytes / median / 1e9:F2} GB/s of updates ({median * 1e3:F0} ms, {seconds.Min() * 1e3:F0} to {seconds.Max() * 1e3:F0}, n={repeats})");
        return median;
    }

    private static void Moved(double bytes, double seconds) => Report.Line($"  {bytes / seconds / 1e9:F2} GB/s through memory");

    private static float[] Update(int client, int length)
    {
        var update = new float[length];
        for (var i = 0; i < length; i++) update[i] = ((i * 7L + client * 13L) % 2001 - 1000) * 1e-5f;
        return update;
    }
}
