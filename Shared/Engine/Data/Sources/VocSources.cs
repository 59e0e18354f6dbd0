using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data.Boxes;

namespace Federated.Engine.Data.Sources;

/// <summary>Images and boxes of the user's, in the layout of Pascal VOC.</summary>
internal sealed class VocSource : DataSource
{
    public override string Name => DatasetCatalog.Voc;

    public override bool Recognises(string path) => Directory.Exists(path) && VocFolder.Looks(path);

    public override string Key(DataSpec data, DataFolders folders) => string.Join('\n', Name, data.Image, data.Detection, DataPath.Stamp(Find(data, folders)));

    public override LoadedSet Load(DataSpec data, DataFolders folders) => VocFolder.Load(Find(data, folders), data.Image, data.Detection,
        data.Detection.Classes?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static string Find(DataSpec data, DataFolders folders) => DataPath.FindFolder(data.Path, "data.path", "folder", folders);
}

/// <summary>Blood cells.</summary>
internal sealed class BccdSource : DataSource
{
    public override string Name => DatasetCatalog.Bccd;

    public override string Key(DataSpec data, DataFolders folders) => string.Join('\n', Name, data.Image, data.Detection, DataPath.Stamp(Find(folders)));

    public override LoadedSet Load(DataSpec data, DataFolders folders) => VocFolder.Load(Find(folders), data.Image, data.Detection, [.. DatasetCatalog.BccdClasses]);

    private static string Find(DataFolders folders) => folders.CandidatesFor(DatasetCatalog.Bccd).FirstOrDefault(VocFolder.Looks)
        ?? throw new EngineException("The data set bccd was not found. Looked in:\n" + string.Concat(folders.CandidatesFor(DatasetCatalog.Bccd).Select(folder => $"  {folder}\n"))
            + $"Give the folder that holds its Annotations, JPEGImages and ImageSets with --data-dir or {DataFolders.Variable}.");
}
