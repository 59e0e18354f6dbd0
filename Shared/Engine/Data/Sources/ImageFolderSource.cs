using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data.Images;

namespace Federated.Engine.Data.Sources;

/// <summary>A folder of pictures for each class.</summary>
internal sealed class ImageFolderSource : DataSource
{
    public override string Name => DatasetCatalog.ImageFolder;

    public override bool Recognises(string path) => Directory.Exists(path) && ImageFolder.Looks(path);

    public override string Key(DataSpec data, DataFolders folders) => string.Join('\n', Name, data.Image, DataPath.Stamp(Find(data, folders)));

    public override LoadedSet Load(DataSpec data, DataFolders folders) => ImageFolder.Load(Find(data, folders), data.Image);

    private static string Find(DataSpec data, DataFolders folders) => DataPath.FindFolder(data.Path, "data.path", "folder", folders);
}
