using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data.Images;
using Federated.Engine.Data.Published;

namespace Federated.Engine.Data.Sources;

/// <summary>CIFAR-10: its six binary files in a data folder, also in the subfolder that its archive makes, or the archive as it is published.</summary>
internal sealed class Cifar10Source : DataSource
{
    private const string Archive = "cifar-10-binary.tar.gz", Unpacked = "cifar-10-batches-bin";
    private const int FileBytes = 10_000 * (1 + CifarFiles.Width);

    /// <summary>The archive, verified by its hash.</summary>
    public static PublishedSet Published { get; } = new("cifar-10",
    [
        new(Archive, 170_052_171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", [new Uri("https://www.cs.toronto.edu/~kriz/" + Archive)]),
    ]);

    public override string Name => Published.Name;

    public override string Key(DataSpec data, DataFolders folders) => string.Join('\n', [Name, .. folders.Roots]);

    public override LoadedSet Load(DataSpec data, DataFolders folders)
    {
        var shape = DatasetCatalog.Find(Name)!.Shape!;
        string[] names = [.. CifarFiles.TrainNames, CifarFiles.TestName];
        var unpacked = folders.CandidatesFor(Name).SelectMany(folder => new[] { folder, Path.Combine(folder, Unpacked) })
            .FirstOrDefault(folder => names.All(name => File.Exists(Path.Combine(folder, name))));
        try
        {
            var files = unpacked is not null ? [.. names.Select(name => (Path.Combine(unpacked, name), File.ReadAllBytes(Path.Combine(unpacked, name))))]
                : CifarFiles.Unpack(Path.Combine(Published.Find(folders), Archive), names);
            foreach (var (file, bytes) in files)
                if (bytes.Length != FileBytes) throw new EngineException($"{file} has {bytes.Length} bytes, and CIFAR-10's files have {FileBytes}: it is cut off, or another file.");
            return new(shape, CifarFiles.Read([.. files.SkipLast(1)], shape.Classes), CifarFiles.Read([.. files.TakeLast(1)], shape.Classes), []);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new EngineException($"{Name} cannot be read: {error.Message}", error);
        }
    }
}

/// <summary>A folder of the user's in the layout of CIFAR-10: data_batch_*.bin to train on and, where it is there, test_batch.bin.</summary>
internal sealed class CifarSource : DataSource
{
    private const string Pattern = "data_batch*.bin", NamesFile = "batches.meta.txt";

    public override string Name => DatasetCatalog.Cifar;

    public override bool Recognises(string path) => Directory.Exists(path) && Directory.EnumerateFiles(path, Pattern).Any();

    public override string Key(DataSpec data, DataFolders folders) => string.Join('\n', Name, DataPath.Stamp(Find(data, folders)));

    public override LoadedSet Load(DataSpec data, DataFolders folders)
    {
        var folder = Find(data, folders);
        try
        {
            var train = Directory.EnumerateFiles(folder, Pattern).Order(StringComparer.Ordinal).Select(file => (file, File.ReadAllBytes(file))).ToList();
            if (train.Count == 0) throw new EngineException($"{folder} holds no {Pattern}.");
            var test = Path.Combine(folder, CifarFiles.TestName);
            return Load(train, File.Exists(test) ? [(test, File.ReadAllBytes(test))] : [], Path.Combine(folder, NamesFile));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{folder} cannot be read: {error.Message}", error);
        }
    }

    private static LoadedSet Load(List<(string, byte[])> train, List<(string, byte[])> test, string namesFile)
    {
        var (training, tests) = (CifarFiles.Read(train, 256), test.Count == 0 ? null : CifarFiles.Read(test, 256));
        var largest = training.Labels.ToArray().Concat(tests is null ? [] : tests.Labels.ToArray()).Max();
        string[] names = File.Exists(namesFile) ? [.. File.ReadLines(namesFile).Select(line => line.Trim()).Where(line => line.Length > 0)] : [];
        var classes = Math.Max((int)Math.Max(2, largest + 1), names.Length);
        var shape = Core.Models.DataShape.ForClasses([3, 32, 32], classes);
        return new(names.Length == classes ? shape with { ClassNames = [.. names] } : shape, training, tests, []);
    }

    private static string Find(DataSpec data, DataFolders folders) => DataPath.FindFolder(data.Path, "data.path", "folder", folders);
}
