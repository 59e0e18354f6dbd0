using System.Globalization;
using Federated.Cli.Terminal;
using Federated.Coordinator.Journal;
using Federated.Core;
using Federated.Core.Parameters;
using Federated.V1;

namespace Federated.Cli.Results;

/// <summary>The folder that a run leaves: <c>job.yaml</c>, <c>metrics.jsonl</c>, <c>summary.json</c> and <c>model.safetensors</c>, and in <c>state</c> what a
/// run that is not complete goes on from. The metrics grow while the run goes on, a line a round; the other files appear complete. One writer.</summary>
internal sealed class ResultsFolder
{
    /// <summary>The job's file.</summary>
    public const string JobName = "job.yaml";

    /// <summary>The model's file.</summary>
    public const string ModelName = "model.safetensors";

    private static readonly string[] Files = [JobName, "metrics.jsonl", "summary.json", ModelName];

    private ResultsFolder(string path) => Path = path;

    /// <summary>Absolute.</summary>
    public string Path { get; }

    /// <summary>The folder of the nodes' state within a results folder.</summary>
    public static string StateOf(string path) => System.IO.Path.Combine(path, "state");

    /// <summary>Makes and takes a folder that was not there yet, named after the job and the time.</summary>
    /// <param name="parent">Where.</param>
    /// <param name="job">The job's name.</param>
    /// <param name="now">The time.</param>
    /// <returns>The folder's absolute path, and its state.</returns>
    public static (string Path, StateFolder State) NewIn(string parent, string job, DateTimeOffset now)
    {
        var first = System.IO.Path.Combine(parent, string.Create(CultureInfo.InvariantCulture, $"{job}-{now:yyyyMMdd-HHmmss}"));
        var path = first;
        for (var number = 2; ; number++)
        {
            // Runs that are started in the same second may look at the same name; one of them takes it.
            if (!Directory.Exists(path) && !File.Exists(path) && StateFolder.TryTake(path) is { } state) return (path, state);
            path = string.Create(CultureInfo.InvariantCulture, $"{first}-{number}");
        }
    }

    /// <summary>Opens the folder of a run that is not complete. Its metrics are written anew.</summary>
    /// <exception cref="CommandException">There is nothing to go on from.</exception>
    public static async Task<ResultsFolder> ReopenAsync(string path)
    {
        CheckResumable(path);
        var folder = new ResultsFolder(path);
        File.Delete(folder.FileOf("summary.json"));
        await AtomicFile.WriteTextAsync(folder.FileOf("metrics.jsonl"), "");
        return folder;
    }

    /// <summary>Whether a run that has begun in the folder, and is not complete, can go on.</summary>
    public static bool CanGoOn(string path) =>
        File.Exists(System.IO.Path.Combine(path, JobName)) && File.Exists(System.IO.Path.Combine(StateOf(path), JournalSettings.FileName));

    /// <summary>Refuses a folder in which no run waits to go on.</summary>
    /// <exception cref="CommandException">There is no such folder, or what is in it is complete or none of ours.</exception>
    public static void CheckResumable(string path)
    {
        if (CanGoOn(path)) return;
        var wrong = !Directory.Exists(path) ? "there is no such folder."
            : File.Exists(System.IO.Path.Combine(path, "summary.json")) ? "the run in this folder is complete."
            : $"no run in this folder can go on: it has no {(File.Exists(System.IO.Path.Combine(path, JobName)) ? $"state/{JournalSettings.FileName}" : JobName)}.";
        throw new CommandException(ExitCodes.Usage, $"--resume {path}: {wrong}", remedy: "");
    }

    /// <summary>Refuses a folder that something would be lost in.</summary>
    /// <exception cref="CommandException">It is a file, or it is not empty and <paramref name="force"/> is not set.</exception>
    public static void CheckFree(string path, bool force)
    {
        if (File.Exists(path)) throw new CommandException(ExitCodes.Usage, $"--out {path} is a file: name a folder.", remedy: "");
        if (force || !Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any()) return;
        throw new CommandException(ExitCodes.Usage, $"--out {path} is not empty: name another folder, or add --force to replace an earlier run's files in it.", remedy: "");
    }

    /// <summary>Makes the folder, free of an earlier run's files, and writes the job into it.</summary>
    public static async Task<ResultsFolder> CreateAsync(string path, string jobYaml)
    {
        Directory.CreateDirectory(path);
        var folder = new ResultsFolder(path);
        foreach (var file in Files) File.Delete(folder.FileOf(file));
        await AtomicFile.WriteTextAsync(folder.FileOf(JobName), jobYaml);
        await AtomicFile.WriteTextAsync(folder.FileOf("metrics.jsonl"), "");
        return folder;
    }

    /// <summary>Adds rounds to the metrics.</summary>
    public Task AddRoundsAsync(IReadOnlyList<RoundReport> rounds) =>
        File.AppendAllLinesAsync(FileOf("metrics.jsonl"), rounds.Select(round => ResultJson.Line(RoundRecord.Of(round))));

    /// <summary>Writes the model.</summary>
    /// <param name="parameters">The model.</param>
    /// <param name="jobYaml">Its job.</param>
    /// <returns>SHA-256 of the file, lower-case hex.</returns>
    public Task<string> WriteModelAsync(ParameterVector parameters, string jobYaml) => ModelFile.WriteAsync(FileOf(ModelName), parameters, jobYaml);

    /// <summary>Writes the summary.</summary>
    public Task WriteSummaryAsync(RunResult result) => AtomicFile.WriteTextAsync(FileOf("summary.json"), ResultJson.Line(result) + "\n");

    private string FileOf(string name) => System.IO.Path.Combine(Path, name);
}
