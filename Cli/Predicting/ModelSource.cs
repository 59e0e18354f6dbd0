using Federated.Cli.Jobs;
using Federated.Cli.Results;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Cli.Predicting;

/// <summary>Finds a model and the job that it was trained by.</summary>
internal static class ModelSource
{
    /// <param name="what">A model file, or the folder of a run.</param>
    /// <param name="jobFile">A job file that the user names; null for that of the folder, or the one that the model carries.</param>
    /// <param name="overrides"><c>path=value</c> each.</param>
    /// <param name="environment">Where relative paths start.</param>
    /// <param name="cancellation">Gives up reading.</param>
    /// <exception cref="CommandException">There is no model or no job, or the job has errors.</exception>
    public static async Task<(JobSpec Job, ParameterVector Model)> ReadAsync(
        string what, string? jobFile, IReadOnlyList<string> overrides, CommandEnvironment environment, CancellationToken cancellation)
    {
        var path = environment.PathOf(what);
        var folder = Directory.Exists(path) ? path : null;
        var file = folder is null ? path : Path.Combine(path, ResultsFolder.ModelName);
        if (!File.Exists(file))
        {
            throw new CommandException(ExitCodes.Usage, folder is null ? $"There is no model {what}." : $"The folder {what} has no {ResultsFolder.ModelName}.",
                "Name a file that `federated export` wrote, or the folder of a run that has committed a round.");
        }
        var saved = await ModelFile.ReadAsync(file, cancellation);
        // A folder's own job has the whole paths.
        if (jobFile is null && folder is not null && Path.Combine(path, ResultsFolder.JobName) is var own && File.Exists(own)) jobFile = own;
        if (jobFile is not null) return ((await JobSource.ReadAsync(jobFile, overrides, environment)).Spec, saved.Parameters);
        if (saved.JobYaml is null)
            throw new CommandException(ExitCodes.Usage, $"{what} does not say by which job it was trained.", "Name the job with --job JOB.yaml.");
        var result = JobReader.Read(saved.JobYaml, overrides);
        return (result.Job ?? throw JobSource.Invalid($"The job in {what}", [.. result.Errors.Select(error => error.ToString())]), saved.Parameters);
    }
}
