namespace Federated.Engine.Data;

/// <summary>Finds a job's CSV file.</summary>
internal static class CsvLocator
{
    /// <summary>An absolute path as it is; a relative one in the data folders, best first, below which it must stay.</summary>
    /// <exception cref="EngineException">It is not there, or a relative path leads out of the folders.</exception>
    public static string Find(string? path, DataFolders folders)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new EngineException("data.path: a csv needs the file's path.");
        if (Path.IsPathFullyQualified(path))
            return File.Exists(path) ? path
                : throw new EngineException($"The table {path} was not found. Check data.path.");
        if (path.Split('/', '\\').Contains(".."))
            throw new EngineException($"data.path: '{path}' leads out of the data folder. Use a path below it, or an absolute one.");
        var candidates = folders.Roots.Select(root => Path.Combine(root, path)).ToList();
        return candidates.Find(File.Exists)
            ?? throw new EngineException($"The table {path} was not found. Looked for:\n"
                + string.Concat(candidates.Select(candidate => $"  {candidate}\n"))
                + $"Give its folder with --data-dir or {DataFolders.Variable}, or an absolute path in data.path.");
    }
}
