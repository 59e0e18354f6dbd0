using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data;

namespace Federated.Cli.Jobs;

/// <summary>A job of which only the data matters.</summary>
internal static class DataJob
{
    /// <summary>Reads what the user points at.</summary>
    /// <param name="what">A job file, a name of the catalogue, or a file or folder in a format that is recognised.</param>
    /// <param name="overrides"><c>path=value</c> each.</param>
    /// <param name="environment">Where relative paths start.</param>
    /// <exception cref="CommandException">It is none of them, or the data section has errors.</exception>
    public static async Task<JobSpec> ReadAsync(string what, IReadOnlyList<string> overrides, CommandEnvironment environment)
    {
        var path = environment.PathOf(what);
        var yaml = Path.GetExtension(what) is ".yaml" or ".yml" ? await JobSource.TextOfAsync(path, what)
            : DatasetCatalog.Names.Contains(what) ? $"data: {{name: {what}}}"
            : Path.Exists(path) && DataFormats.Recognise(path) is { } format ? $"data: {{name: {format}, path: '{path.Replace("'", "''", StringComparison.Ordinal)}'}}"
            : throw new CommandException(ExitCodes.Usage, Path.Exists(path) ? $"{what} is in no format that is known here." : $"There is no data set, file or folder {what}.",
                $"Data sets are {string.Join(", ", DatasetCatalog.Names)}; a job file says how anything else is to be read.");
        var result = JobReader.ReadData(yaml, overrides);
        return result.Job ?? throw JobSource.Invalid(what, [.. result.Errors.Select(error => error.ToString())]);
    }
}
