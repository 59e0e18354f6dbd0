using System.Globalization;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data.Series;

namespace Federated.Engine.Data.Sources;

/// <summary>Time series of the user's.</summary>
internal sealed class SeriesSource : DataSource
{
    public override string Name => DatasetCatalog.Series;

    public override string Key(DataSpec data, DataFolders folders) => string.Join(
        '\n', Name, DataPath.Stamp(Find(data, folders)), data.ClientColumn, data.Series, data.Test.ToString("R", CultureInfo.InvariantCulture));

    public override LoadedSet Load(DataSpec data, DataFolders folders)
    {
        var path = Find(data, folders);
        return SeriesWindows.Cut(Directory.Exists(path) ? SeriesTable.LoadFolder(path, data) : SeriesTable.LoadFile(path, data), data.Series, data.Test);
    }

    private static string Find(DataSpec data, DataFolders folders) => DataPath.Find(data.Path, "data.path", "table or folder", folders);
}
