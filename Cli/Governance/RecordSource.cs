using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Wire.Cluster;
using Federated.Worker.Governance;

namespace Federated.Cli.Governance;

/// <summary>Finds the records of a worker on this machine.</summary>
internal static class RecordSource
{
    /// <summary>The folder of a worker's records.</summary>
    /// <param name="stateDir">The worker's state folder; null for the only one in the usual place.</param>
    /// <param name="environment">Where relative paths start.</param>
    /// <exception cref="CommandException">There is none, or there are several to choose from.</exception>
    public static string Find(string? stateDir, CommandEnvironment environment)
    {
        if (stateDir is not null)
        {
            var named = RecordFolder.Of(environment.PathOf(stateDir));
            return Directory.Exists(named) ? named
                : throw new CommandException(ExitCodes.Usage, $"There are no records in {stateDir}.", "Name the --state-dir of a worker that runs with --policy.");
        }
        string[] found = [.. (Directory.Exists(StateFolders.Root) ? Directory.EnumerateDirectories(StateFolders.Root, "worker-*") : []).Where(folder => Directory.Exists(RecordFolder.Of(folder))).Order(StringComparer.Ordinal)];
        return found switch
        {
            [var only] => RecordFolder.Of(only),
            [] => throw new CommandException(ExitCodes.Usage, $"There are no records of a worker below {StateFolders.Root}.", "Name the --state-dir of a worker that runs with --policy."),
            _ => throw new CommandException(ExitCodes.Usage, $"There are records of several workers: {string.Join(", ", found)}.", "Name one of them with --state-dir."),
        };
    }
}
