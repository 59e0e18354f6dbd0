using System.Collections.Immutable;

namespace Federated.Engine.Data.Published;

/// <summary>The files of a data set as they were published.</summary>
/// <param name="Name">The set's name in a job file.</param>
/// <param name="Files">All that reading it needs.</param>
internal sealed record PublishedSet(string Name, ImmutableArray<PublishedFile> Files)
{
    /// <summary>Whether <c>federated data get</c> can fetch it.</summary>
    public bool CanBeDownloaded => Files.All(file => !file.Sources.IsEmpty);

    /// <summary>The first data folder that has every file with the published bytes.</summary>
    /// <param name="folders">Where to look: FOLDER/NAME and FOLDER itself, for each.</param>
    /// <exception cref="EngineException">There is none; the message says where was looked, what was wrong there, and how to get it.</exception>
    public string Find(DataFolders folders)
    {
        var looked = new List<string>();
        foreach (var folder in folders.CandidatesFor(Name))
        {
            var missing = Files.Where(file => file.Locate(folder) is null).Select(file => file.Name).ToList();
            if (missing.Count > 0)
            {
                looked.Add(missing.Count == Files.Length ? $"  {folder}" : $"  {folder}: lacks {string.Join(", ", missing)}");
                continue;
            }
            try
            {
                foreach (var file in Files) file.Verify(file.Locate(folder)!);
                return folder;
            }
            // Another set's files of the same names, or half a copy: a later folder may have the right ones.
            catch (Exception wrong) when (wrong is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                looked.Add($"  {folder}: {wrong.Message}");
            }
        }
        var get = CanBeDownloaded ? $"Get it with 'federated data get {Name}', or give" : "Give";
        throw new EngineException($"The data set {Name} was not found. Looked in:\n{string.Join('\n', looked)}\n"
            + $"{get} the folder of {string.Join(", ", Files.Select(file => file.Name))} with --data-dir or {DataFolders.Variable}.");
    }
}
