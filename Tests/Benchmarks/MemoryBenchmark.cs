using System.Diagnostics;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Engine;
using Federated.Engine.Data;

namespace Federated.Benchmarks;

/// <summary>Whether training leaves memory behind: many steps of each family of models on one thread, and what the process holds on the way. Flat after the first
/// thousand steps is what it should be. In parentheses: what of it the garbage collector has taken, which it gives back when it sees fit.</summary>
internal static class MemoryBenchmark
{
    // Examples with their models made small where a step would take long: what leaks, leaks by the step.
    private static readonly (string Family, string Job, string[] Overrides)[] Families =
    [
        ("dense", "mnist-2nn", []),
        ("convolutional", "fashion-keras-cnn", ["training.batch_size=8"]),
        ("residual", "fashion-keras-cnn", ["training.batch_size=8", "model.name=resnet8"]),
        ("recurrent", "shakespeare-char-lstm", ["training.batch_size=4", "data.text.length=20"]),
        ("transformer", "shakespeare-gpt-mini", ["training.batch_size=4", "data.text.length=20"]),
        ("encoder and decoder", "tatoeba-seq2seq", ["training.batch_size=4"]),
        ("recommendation", "movielens-neumf", []),
        ("detection", "bccd-detector", ["training.batch_size=1"]),
    ];

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var steps = arguments.Number("--steps", 10_000);
        Report.Machine();
        var only = arguments.Text("--family");
        if (only is not null && !Families.Any(family => family.Family == only))
        {
            await Console.Error.WriteLineAsync($"'{only}' is no family; there are {string.Join(", ", Families.Select(family => family.Family))}.");
            return 1;
        }
        foreach (var (family, file, overrides) in Families.Where(family => only is null || family.Family == only))
        {
            var result = JobReader.Read(await File.ReadAllTextAsync(Path.Combine("examples", file + ".yaml")), overrides);
            var job = result.Job ?? throw new InvalidOperationException(string.Join("; ", result.Errors));
            using var engine = await new TorchEngine(new DatasetStore(DataFolders.Standard([]))).OpenAsync(job, [], CancellationToken.None);
            await Task.Factory.StartNew(() => Train(family, engine, job, steps), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        return 0;
    }

    private static void Train(string family, IRunEngine engine, JobSpec job, int steps)
    {
        var (global, update) = (engine.InitialParameters().Values, new float[engine.Schema.Count]);
        var (done, round, marks) = (0L, 0, new Queue<long>([steps / 10, steps / 4, steps / 2, steps * 3L / 4, steps]));
        var held = new List<string>();
        while (marks.Count > 0)
        {
            var client = engine.Clients[round++ % engine.Clients.Length];
            engine.Train(client.Id, 1 + (round - 1) % job.Federation.Rounds, global, update, ClientState.Empty, CancellationToken.None);
            done += job.Training.Epochs * ((client.Examples + job.Training.BatchSize - 1L) / job.Training.BatchSize);
            while (marks.TryPeek(out var mark) && done >= mark)
            {
                marks.Dequeue();
                GC.Collect();
                using var process = Process.GetCurrentProcess();
                held.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{process.WorkingSet64 / 1e6:F0} ({GC.GetGCMemoryInfo().TotalCommittedBytes / 1e6:F0}) MB after {done:N0}"));
            }
        }
        Report.Line($"{family}: {string.Join(", ", held)} steps");
    }
}
