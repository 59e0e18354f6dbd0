using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data.Tables;

namespace Federated.Engine.Data.Sources;

/// <summary>A table of the user's.</summary>
internal sealed class CsvSource : DataSource
{
    public override string Name => DatasetCatalog.Csv;

    // Series are tables too: a job's data.name says so, for their rows do not.
    public override bool Recognises(string path) => Directory.Exists(path) ? Directory.EnumerateFiles(path).Any(IsTable) : IsTable(path);

    public override string Key(DataSpec data, DataFolders folders) => string.Join('\n', Name, DataPath.Stamp(Find(data, folders)), data.Label, data.ClientColumn, data.Table);

    public override LoadedSet Load(DataSpec data, DataFolders folders) => Find(data, folders) is var path && Directory.Exists(path) ? CsvTable.LoadFolder(path, data) : CsvTable.LoadFile(path, data);

    private static string Find(DataSpec data, DataFolders folders) => DataPath.Find(data.Path, "data.path", "table", folders);

    private static bool IsTable(string file) => Path.GetExtension(file).Equals(".csv", StringComparison.OrdinalIgnoreCase);
}
