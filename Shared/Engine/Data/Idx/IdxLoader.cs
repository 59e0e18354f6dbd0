using System.Collections.Immutable;

namespace Federated.Engine.Data.Idx;

/// <summary>Finds a set of IDX files in the data folders and reads it. A folder counts when it holds all four files and each has the published
/// bytes.</summary>
internal static class IdxLoader
{
    private const byte Largest = 255;

    /// <exception cref="EngineException">No folder has the set; the message says where was looked, what was wrong there, and how to get
    /// it.</exception>
    public static LoadedSet Load(IdxDataset dataset, DataFolders folders)
    {
        var looked = new List<string>();
        foreach (var folder in folders.CandidatesFor(dataset.Info.Name))
        {
            var missing = dataset.Files.Where(file => IdxDataset.Locate(file, folder) is null).ToImmutableArray();
            if (missing.IsEmpty)
            {
                try
                {
                    return Read(dataset, folder);
                }
                // Another set's files of the same names, or half a copy: a later folder may have the right ones.
                catch (Exception wrong) when (wrong is InvalidDataException or IOException or UnauthorizedAccessException)
                {
                    looked.Add($"  {folder}: {wrong.Message}");
                }
            }
            else
            {
                looked.Add(missing.Length == dataset.Files.Length ? $"  {folder}"
                    : $"  {folder}: lacks {string.Join(", ", missing.Select(file => file.Name))}");
            }
        }
        throw new EngineException(Missing(dataset.Info.Name, looked));
    }

    /// <summary>Reads one file and compares its hash.</summary>
    /// <exception cref="InvalidDataException">It is not the published file.</exception>
    public static byte[] ReadVerified(IdxFile file, string path)
    {
        try
        {
            var (values, hash) = IdxReader.ReadFile(path, file.Shape);
            return hash == file.Sha256 ? values
                : throw new InvalidDataException($"has SHA-256 {hash[..12]}... when decompressed, and the published file {file.Sha256[..12]}...");
        }
        catch (InvalidDataException wrong)
        {
            throw new InvalidDataException($"{Path.GetFileName(path)} {wrong.Message}.", wrong);
        }
    }

    private static LoadedSet Read(IdxDataset dataset, string folder)
    {
        var width = dataset.Info.Shape!.Input.Aggregate(1, (product, size) => product * size);
        byte[] Values(IdxFile file) => ReadVerified(file, IdxDataset.Locate(file, folder) ?? throw new IOException($"{file.Name} has gone."));
        ByteExamples Examples(IdxFile images, IdxFile labels) =>
            new(Values(images), Array.ConvertAll(Values(labels), label => (long)label), width, Largest);
        return new(dataset.Info.Shape!, Examples(dataset.TrainImages, dataset.TrainLabels),
            Examples(dataset.TestImages, dataset.TestLabels), []);
    }

    private static string Missing(string name, List<string> looked)
    {
        var debian = name == "fashion-mnist" ? ", or install the Debian package dataset-fashion-mnist" : "";
        return $"The data set {name} was not found. Looked in:\n{string.Join('\n', looked)}\n"
            + $"Get it with 'federated data get {name}', or give the folder of its four IDX files with --data-dir or {DataFolders.Variable}{debian}.";
    }
}
