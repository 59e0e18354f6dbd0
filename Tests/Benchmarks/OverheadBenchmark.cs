using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Rounds;
using Federated.Core.Rounds.Selection;
using Federated.Engine;
using Federated.Engine.Data;

namespace Federated.Benchmarks;

/// <summary>What federation costs: the wall time of <c>federated run</c> against the pure training of the same steps, in two ways. Within one run: against the time
/// that its own trainers spent in the engine, divided by the slots, which a machine that grows slower or faster does not change. In pairs: against a process
/// that runs the same engine on the same clients on as many threads, round after round, with nothing between: no actors, no network, no aggregation, no
/// evaluation; that one swings with the machine.</summary>
internal static class OverheadBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var options = Parse(args);
        var result = JobReader.Read(options.Yaml, options.Overrides);
        if (result.Job is not { } job)
        {
            foreach (var error in result.Errors) Console.Error.WriteLine(error);
            return 1;
        }
        using var engine = await new TorchEngine(new DatasetStore(DataFolders.Standard(options.DataFolders))).OpenAsync(job, [], CancellationToken.None);
        Console.WriteLine($"{job.Name}: {job.Federation.Rounds} rounds, {engine.Clients.Length} clients, {options.Slots} slots");
        Pure(engine, job with { Federation = job.Federation with { Rounds = 1 } }, options.Slots);

        var (ratios, within) = (new List<double>(), new List<double>());
        for (var pair = 1; pair <= options.Pairs; pair++)
        {
            var (pureWall, pureBusy) = Pure(engine, job, options.Slots);
            var (wall, train) = await FederatedAsync(options);
            ratios.Add(wall / (pureBusy / options.Slots));
            within.Add(wall / (train / options.Slots));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"pair {pair}: pure {pureWall:F2} s wall, {pureBusy:F2} s training; federated {wall:F2} s wall, {train:F2} s training; ratio {within[^1]:F3} within, {ratios[^1]:F3} of the pair"));
        }
        Print("wall / (its own training / slots)", within);
        Print("wall / (pure training beside it / slots)", ratios);
        return 0;

        static void Print(string what, List<double> values)
        {
            values.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: median {values[values.Count / 2]:F3}, {values[0]:F3} to {values[^1]:F3}, n={values.Count}"));
        }
    }

    /// <summary>Trains every round's cohort on a fixed number of threads, the longest client first, and gives wall and summed training seconds.</summary>
    private static (double Wall, double Busy) Pure(IRunEngine engine, JobSpec job, int slots)
    {
        var global = engine.InitialParameters().Values;
        var sizes = engine.Clients.ToImmutableDictionary(c => c.Id, c => c.Examples);
        var busy = 0L;
        var start = Stopwatch.GetTimestamp();
        for (var round = 1; round <= job.Federation.Rounds; round++)
        {
            var cohort = CohortSelection.Draw(job.Federation.Cohort, job.Seed, round, attempt: 1, engine.Clients.Select(c => new Candidate(c.Id)), ClientHealth.Fine).Clients.OrderByDescending(c => sizes[c]).ToArray();
            var next = -1;
            var threads = Enumerable.Range(0, slots).Select(_ => new Thread(() =>
            {
                var update = new float[global.Length];
                for (int i; (i = Interlocked.Increment(ref next)) < cohort.Length;)
                {
                    var began = Stopwatch.GetTimestamp();
                    engine.Train(cohort[i], round, global, update, ClientState.Empty, CancellationToken.None);
                    Interlocked.Add(ref busy, Stopwatch.GetTimestamp() - began);
                }
            })).ToArray();
            foreach (var thread in threads) thread.Start();
            foreach (var thread in threads) thread.Join();
        }
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, (double)busy / Stopwatch.Frequency);
    }

    /// <summary>Runs the command as a user would, in a process of its own, and reads its JSON.</summary>
    private static async Task<(double Wall, double Train)> FederatedAsync(Options options)
    {
        var folder = Directory.CreateTempSubdirectory("federated-overhead-");
        try
        {
            var job = Path.Combine(folder.FullName, "job.yaml");
            await File.WriteAllTextAsync(job, options.Yaml);
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "federated.dll"), "run", job, "--json", "--workers", "1",
                "--slots", options.Slots.ToString(CultureInfo.InvariantCulture), "--out", Path.Combine(folder.FullName, "out"),
                .. options.Overrides.SelectMany(o => (string[])["--set", o]), .. options.DataFolders.SelectMany(d => (string[])["--data-dir", d])])
                start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode != 0) throw new InvalidOperationException($"federated run ended with {process.ExitCode}: {await errors}");
            using var json = JsonDocument.Parse(output);
            return (json.RootElement.GetProperty("wall_seconds").GetDouble(), json.RootElement.GetProperty("train_seconds").GetDouble());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Options Parse(string[] args)
    {
        var options = new Options(DefaultJob.Yaml, [], [], Slots: Environment.ProcessorCount, Pairs: 3);
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--pairs" => options with { Pairs = int.Parse(args[++i], CultureInfo.InvariantCulture) },
                "--slots" => options with { Slots = int.Parse(args[++i], CultureInfo.InvariantCulture) },
                "--set" => options with { Overrides = options.Overrides.Add(args[++i]) },
                "--data-dir" => options with { DataFolders = options.DataFolders.Add(args[++i]) },
                var file => options with { Yaml = File.ReadAllText(file) },
            };
        }
        return options;
    }

    private sealed record Options(string Yaml, ImmutableArray<string> Overrides, ImmutableArray<string> DataFolders, int Slots, int Pairs);
}
