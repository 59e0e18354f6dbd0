using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data.Images;

namespace Federated.Engine.Data.Sources;

/// <summary>An archive of NumPy arrays of the user's.</summary>
internal sealed class NpzSource : DataSource
{
    public override string Name => DatasetCatalog.Npz;

    public override bool Recognises(string path) => File.Exists(path) && Path.GetExtension(path).Equals(".npz", StringComparison.OrdinalIgnoreCase);

    public override string Key(DataSpec data, DataFolders folders) => string.Join('\n', Name, DataPath.Stamp(Find(data, folders)));

    public override LoadedSet Load(DataSpec data, DataFolders folders) => NpzSet.Load(Find(data, folders), expected: null);

    private static string Find(DataSpec data, DataFolders folders) => DataPath.FindFile(data.Path, "data.path", "archive", folders);
}

/// <summary>A set of MedMNIST, NAME.npz in a data folder. Subsets of it are in use too, so its size is what the file says.</summary>
internal sealed class MedMnistSource(string name) : DataSource
{
    public override string Name => name;

    public override string Key(DataSpec data, DataFolders folders) => string.Join('\n', Name, DataPath.Stamp(Find(folders)));

    public override LoadedSet Load(DataSpec data, DataFolders folders) => NpzSet.Load(Find(folders), DatasetCatalog.Find(Name)!.Shape);

    private string Find(DataFolders folders)
    {
        var candidates = folders.CandidatesFor(Name).Select(folder => Path.Combine(folder, Name + ".npz")).ToList();
        return candidates.Find(File.Exists) ?? throw new EngineException($"The data set {Name} was not found. Looked for:\n"
            + string.Concat(candidates.Select(candidate => $"  {candidate}\n"))
            + $"Get {Name}.npz from https://medmnist.com and give its folder with --data-dir or {DataFolders.Variable}.");
    }
}
