using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Core.Parameters;
using Federated.V1;

namespace Federated.Cli.Results;

/// <summary>The folder that a run leaves: <c>job.yaml</c>, <c>metrics.jsonl</c>, <c>summary.json</c> and <c>model.safetensors</c>.
/// The metrics grow while the run goes on, a line a round; the other files appear complete. One writer.</summary>
internal sealed class ResultsFolder
{
    private static readonly string[] Files = ["job.yaml", "metrics.jsonl", "summary.json", "model.safetensors"];

    private ResultsFolder(string path) => Path = path;

    /// <summary>Absolute.</summary>
    public string Path { get; }

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
        await AtomicFile.WriteTextAsync(folder.FileOf("job.yaml"), jobYaml);
        await AtomicFile.WriteTextAsync(folder.FileOf("metrics.jsonl"), "");
        return folder;
    }

    /// <summary>Adds rounds to the metrics.</summary>
    public Task AddRoundsAsync(IReadOnlyList<RoundReport> rounds) =>
        File.AppendAllLinesAsync(FileOf("metrics.jsonl"), rounds.Select(round => ResultJson.Line(RoundRecord.Of(round))));

    /// <summary>Writes the model.</summary>
    /// <returns>SHA-256 of the file, lower-case hex.</returns>
    public Task<string> WriteModelAsync(ParameterVector parameters) => ModelFile.WriteAsync(FileOf("model.safetensors"), parameters);

    /// <summary>Writes the summary.</summary>
    public Task WriteSummaryAsync(RunResult result) => AtomicFile.WriteTextAsync(FileOf("summary.json"), ResultJson.Line(result) + "\n");

    private string FileOf(string name) => System.IO.Path.Combine(Path, name);
}
