using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.Data.Sources;

namespace Federated.Engine.Tests.Data.Wrong;

/// <summary>Reads broken data as a run would, and looks for what a message must have: where it is, what is wrong there, and what to do.</summary>
internal static class WrongData
{
    /// <summary>The message of a set that cannot be read.</summary>
    public static string Refusal(TemporaryFolder folder, DataSpec data) => Assert.Throws<EngineException>(() => Load(folder, data)).Message;

    /// <summary>Reads it.</summary>
    public static LoadedSet Load(TemporaryFolder folder, DataSpec data) => DataSources.Find(data).Load(data, new DataFolders([folder.Path], folder.Path));

    /// <summary>Checks a message.</summary>
    /// <param name="message">It.</param>
    /// <param name="file">The broken file's name.</param>
    /// <param name="place">Line, record or user; "" where a file has no such thing.</param>
    /// <param name="remedy">What is to be done.</param>
    public static void AssertTells(string message, string file, string place, string remedy)
    {
        Assert.Contains(file, message, StringComparison.Ordinal);
        Assert.Contains(place, message, StringComparison.Ordinal);
        Assert.Contains(remedy, message, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", message, StringComparison.Ordinal);
    }
}
