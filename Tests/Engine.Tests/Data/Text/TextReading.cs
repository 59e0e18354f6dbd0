using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.Data.Sources;

namespace Federated.Engine.Tests.Data.Text;

/// <summary>Reads a set out of a test's folder.</summary>
internal static class TextReading
{
    public static LoadedSet Load(DataSpec data, TemporaryFolder folder) => DataSources.Find(data).Load(data, Folders(folder));

    public static string Refusal(DataSpec data, TemporaryFolder folder) => Assert.Throws<EngineException>(() => Load(data, folder)).Message;

    public static DataFolders Folders(TemporaryFolder folder) => new([folder.Path], folder.Path);

    public static int[] Inputs(this ExampleSet set, int index)
    {
        var values = new float[set.Width];
        set.CopyFeatures(index, values);
        return Array.ConvertAll(values, value => (int)value);
    }

    public static int[] Next(this ExampleSet set, int index)
    {
        var values = new float[set.TargetWidth];
        set.CopyTarget(index, values);
        return Array.ConvertAll(values, value => (int)value);
    }
}
