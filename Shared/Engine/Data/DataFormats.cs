using Federated.Engine.Data.Sources;

namespace Federated.Engine.Data;

/// <summary>The formats of users' own data.</summary>
public static class DataFormats
{
    /// <summary>The value of data.name that reads a file or folder.</summary>
    /// <param name="path">A path that exists.</param>
    /// <returns>null where no format recognises it.</returns>
    public static string? Recognise(string path) => DataSources.All.FirstOrDefault(source => source.Recognises(path))?.Name;
}
