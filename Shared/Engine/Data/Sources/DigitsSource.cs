using Federated.Core.Jobs;

namespace Federated.Engine.Data.Sources;

/// <summary>The embedded digits.</summary>
internal sealed class DigitsSource : DataSource
{
    public override string Name => "digits";

    public override string Key(DataSpec data, DataFolders folders) => Name;

    public override LoadedSet Load(DataSpec data, DataFolders folders) => DigitsSet.Load();
}
