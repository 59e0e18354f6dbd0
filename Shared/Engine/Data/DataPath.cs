using System.Globalization;

namespace Federated.Engine.Data;

/// <summary>Finds the files and folders that a job names.</summary>
internal static class DataPath
{
    /// <summary>An absolute path as it is; a relative one in the data folders, best first, below which it must stay.</summary>
    /// <param name="path">What the job says.</param>
    /// <param name="key">The key that says it, for example <c>data.path</c>.</param>
    /// <param name="what">What is looked for, for messages: <c>table</c>.</param>
    /// <param name="folders">Where relative paths are looked up.</param>
    /// <returns>A file or a folder that is there.</returns>
    /// <exception cref="EngineException">It is not there, or a relative path leads out of the folders.</exception>
    public static string Find(string? path, string key, string what, DataFolders folders)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new EngineException($"{key}: the {what}'s path is missing; give it, for example {key}: FILE.");
        if (Path.IsPathFullyQualified(path))
            return Path.Exists(path) ? path : throw new EngineException($"The {what} {path} was not found. Check {key}.");
        if (path.Split('/', '\\').Contains(".."))
            throw new EngineException($"{key}: '{path}' leads out of the data folder. Use a path below it, or an absolute one.");
        var candidates = folders.Roots.Select(root => Path.Combine(root, path)).ToList();
        return candidates.Find(Path.Exists)
            ?? throw new EngineException($"The {what} {path} was not found. Looked for:\n"
                + string.Concat(candidates.Select(candidate => $"  {candidate}\n"))
                + $"Give its folder with --data-dir or {DataFolders.Variable}, or an absolute path in {key}.");
    }

    /// <summary>As <see cref="Find"/>, where only a file will do.</summary>
    /// <exception cref="EngineException">It is not there, or a folder.</exception>
    public static string FindFile(string? path, string key, string what, DataFolders folders) => Find(path, key, what, folders) is var found && File.Exists(found) ? found
        : throw new EngineException($"{key}: {found} is a folder, and a {what} is needed. Name a file in it.");

    /// <summary>As <see cref="Find"/>, where only a folder will do.</summary>
    /// <exception cref="EngineException">It is not there, or a file.</exception>
    public static string FindFolder(string? path, string key, string what, DataFolders folders) => Find(path, key, what, folders) is var found && Directory.Exists(found) ? found
        : throw new EngineException($"{key}: {found} is a file, and a {what} is needed. Name the folder that holds the data.");

    /// <summary>What changes when somebody edits a file, or a file of a folder: paths, sizes and times.</summary>
    /// <exception cref="EngineException">They cannot be looked at.</exception>
    public static string Stamp(string path)
    {
        try
        {
            var files = Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories) : [new FileInfo(path)];
            return string.Join('\n', files.OrderBy(file => file.FullName, StringComparer.Ordinal)
                .Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}")));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be read: {error.Message}", error);
        }
    }
}
