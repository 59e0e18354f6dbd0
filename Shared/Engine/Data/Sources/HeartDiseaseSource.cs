using Federated.Core.Jobs;

namespace Federated.Engine.Data.Sources;

/// <summary>The embedded patients of four hospitals.</summary>
internal sealed class HeartDiseaseSource : DataSource
{
    public override string Name => "heart-disease";

    public override string Key(DataSpec data, DataFolders folders) => Name;

    public override LoadedSet Load(DataSpec data, DataFolders folders) => HeartDiseaseSet.Load();
}
