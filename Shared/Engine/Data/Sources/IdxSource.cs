using Federated.Core.Jobs;
using Federated.Engine.Data.Idx;

namespace Federated.Engine.Data.Sources;

/// <summary>A published set of IDX files. Its bytes are verified, so their times do not matter.</summary>
internal sealed class IdxSource(IdxDataset dataset) : DataSource
{
    public override string Name => dataset.Info.Name;

    public override string Key(DataSpec data, DataFolders folders) => string.Join('\n', [Name, .. folders.Roots]);

    public override LoadedSet Load(DataSpec data, DataFolders folders) => IdxLoader.Load(dataset, folders);
}
