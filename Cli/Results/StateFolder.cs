using Federated.Cli.Terminal;
using Federated.Core;

namespace Federated.Cli.Results;

/// <summary>The folder <c>state</c> of a results folder, where the nodes of a run keep what it goes on from, in the hands of this process alone. The lock ends
/// with the process, however that ends. One owner; not thread-safe.</summary>
internal sealed class StateFolder : IDisposable
{
    private const string LockName = "lock";
    private readonly string _results;
    private readonly FileStream _lock;

    private StateFolder(string results, FileStream file) => (_results, _lock) = (results, file);

    /// <summary>Absolute.</summary>
    public string Path => ResultsFolder.StateOf(_results);

    /// <summary>Takes the folder, and makes it where it is missing.</summary>
    /// <param name="results">The results folder, absolute.</param>
    /// <returns>Null while another process has it.</returns>
    /// <exception cref="IOException">It cannot be made or written to.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it be.</exception>
    public static StateFolder? TryTake(string results)
    {
        var file = System.IO.Path.Combine(Directory.CreateDirectory(ResultsFolder.StateOf(results)).FullName, LockName);
        try
        {
            return new(results, new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(file))
        {
            return null;
        }
    }

    /// <summary>As <see cref="TryTake"/>.</summary>
    /// <exception cref="CommandException">Another process has it.</exception>
    public static StateFolder Take(string results) => TryTake(results)
        ?? throw new CommandException(ExitCodes.Usage, $"A run into {results} is at work in another process: wait until it has ended, or name another folder.", remedy: "");

    /// <summary>Deletes what an earlier run would go on from. Its job goes too: nobody is to go on with that in the run that comes.</summary>
    public void Clear()
    {
        File.Delete(System.IO.Path.Combine(_results, ResultsFolder.JobName));
        foreach (var folder in Directory.GetDirectories(Path)) Directory.Delete(folder, recursive: true);
        foreach (var file in Directory.GetFiles(Path).Where(file => System.IO.Path.GetFileName(file) != LockName)) File.Delete(file);
    }

    /// <summary>The run is complete and nobody goes on with it: deletes the folder.</summary>
    public void Delete()
    {
        _lock.Dispose();
        Directory.Delete(Path, recursive: true);
    }

    /// <summary>Lets go of the folder, and leaves no trace where no run has begun.</summary>
    public void Dispose()
    {
        _lock.Dispose();
        if (ResultsFolder.CanGoOn(_results) || !Directory.Exists(Path)) return;
        Directory.Delete(Path, recursive: true);
        if (!Directory.EnumerateFileSystemEntries(_results).Any()) Directory.Delete(_results);
    }
}
