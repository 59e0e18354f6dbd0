using System.Globalization;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Core.Jobs;

namespace Federated.Cli.Jobs;

/// <summary>A checked job and its complete text, every default written out.</summary>
internal sealed record CheckedJob(JobSpec Spec, string Yaml);

/// <summary>Reads the job that a command names.</summary>
internal static class JobSource
{
    /// <summary>Reads a job file, or the embedded job where there is none, applies overrides and checks it.</summary>
    /// <param name="file">A path; null for the embedded job.</param>
    /// <param name="overrides"><c>path=value</c> each.</param>
    /// <param name="environment">Where relative paths start.</param>
    /// <exception cref="CommandException">No such file, or the job has errors: the message lists all of them.</exception>
    public static async Task<CheckedJob> ReadAsync(string? file, IReadOnlyList<string> overrides, CommandEnvironment environment)
    {
        var yaml = file is null ? DefaultJob.Yaml : await TextOfAsync(environment.PathOf(file), file);
        var result = JobReader.Read(yaml, overrides);
        if (result.Job is not { } job) throw Invalid(file ?? "The default job with its --set values", [.. result.Errors.Select(error => error.ToString())]);
        return new CheckedJob(job, JobWriter.Write(job));
    }

    /// <summary>A coordinator found errors in a job that was fine here.</summary>
    public static CommandException Refused(IEnumerable<V1.JobError> errors) =>
        Invalid("The coordinator refuses the job, which", [.. errors.Select(error => new JobError(error.Path, error.Message).ToString())]);

    /// <summary>The text of a job file.</summary>
    /// <exception cref="CommandException">There is none, or it cannot be read.</exception>
    public static async Task<string> TextOfAsync(string path, string asGiven)
    {
        try
        {
            return await File.ReadAllTextAsync(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException(ExitCodes.Usage, $"There is no job file {asGiven}.", "Name one that exists; `federated run` without a file runs the embedded job.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Usage, $"The job file {asGiven} cannot be read: {e.Message}", remedy: "", e);
        }
    }

    /// <summary>A job with errors, all of them listed.</summary>
    public static CommandException Invalid(string what, IReadOnlyList<string> errors)
    {
        var count = errors.Count == 1 ? "an error" : errors.Count.ToString(CultureInfo.InvariantCulture) + " errors";
        return new CommandException(ExitCodes.JobInvalid, $"{what} has {count}:\n{string.Concat(errors.Select(error => $"  {error}\n"))}");
    }
}
