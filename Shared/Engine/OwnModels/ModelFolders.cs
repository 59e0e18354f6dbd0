using System.Collections.Immutable;

namespace Federated.Engine.OwnModels;

/// <summary>The folders out of which a worker's owner lets jobs load models of their own: code that then runs in the worker. Immutable.</summary>
/// <param name="folders">Best first; none allows nothing.</param>
public sealed class ModelFolders(IEnumerable<string> folders)
{
    /// <summary>The option that allows a folder.</summary>
    public const string Option = "--allow-models";

    private readonly ImmutableArray<string> _roots = [.. folders.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal)];

    /// <summary>Allows nothing.</summary>
    public static ModelFolders None { get; } = new([]);

    /// <summary>Finds the file that a job names. Whatever the job says, the file is below one of the folders; only a link that the owner has put there leads out.</summary>
    /// <param name="path">Relative to a folder, or absolute.</param>
    /// <param name="key">The key that says it, for example <c>model.assembly</c>.</param>
    /// <returns>An absolute path.</returns>
    /// <exception cref="EngineException">No folder is allowed, the path leads out of them, or no such file is there. Another worker may have it.</exception>
    internal string Find(string path, string key)
    {
        if (_roots.IsEmpty)
            throw new EngineException($"The job brings a model of its own ({key}: {path}), which is code that would run here, and this worker allows none. "
                + $"Who trusts it puts the file into a folder and starts the worker with {Option} FOLDER.")
            { OnlyHere = true };
        var candidates = _roots.Select(root => (Root: root, File: Path.GetFullPath(path, root))).Where(found => IsBelow(found.Root, found.File)).Select(found => found.File).ToList();
        if (candidates.Count == 0)
            throw new EngineException($"{key}: '{path}' is not below a folder that this worker allows with {Option} ({string.Join(", ", _roots)}). Give a path relative to it.") { OnlyHere = true };
        return candidates.Find(File.Exists)
            ?? throw new EngineException($"The model {path} was not found. Looked for:\n{string.Concat(candidates.Select(candidate => $"  {candidate}\n"))}"
                + $"Put the file there, or check {key} and {Option}.")
            { OnlyHere = true };
    }

    private static bool IsBelow(string root, string file) =>
        file.StartsWith(Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
