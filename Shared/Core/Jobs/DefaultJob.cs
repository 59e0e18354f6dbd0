using System.Reflection;

namespace Federated.Core.Jobs;

/// <summary>The job that runs when none is given.</summary>
public static class DefaultJob
{
    /// <summary>Its text: the embedded file default.yaml.</summary>
    public static string Yaml { get; } = Load();

    private static string Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Federated.Core.Jobs.default.yaml")
            ?? throw new InvalidOperationException("The default job is not embedded in this assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
