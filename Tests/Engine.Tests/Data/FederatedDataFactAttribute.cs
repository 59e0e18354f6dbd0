using Federated.Engine.Data;

namespace Federated.Engine.Tests.Data;

/// <summary>A test that reads a published data set from the folder that FEDERATED_DATA names; skipped, and shown as such, where that is not set.</summary>
internal sealed class FederatedDataFactAttribute : FactAttribute
{
    public FederatedDataFactAttribute(string name)
    {
        var folder = Environment.GetEnvironmentVariable(DataFolders.Variable);
        if (string.IsNullOrEmpty(folder) || !Directory.Exists(Path.Combine(folder, name)))
            Skip = $"{DataFolders.Variable} names no folder that holds {name}.";
    }
}
