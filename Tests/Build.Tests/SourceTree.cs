using System.Reflection;

namespace Federated.Build.Tests;

/// <summary>The sources that these tests were built of.</summary>
internal static class SourceTree
{
    /// <value>The repository's folder.</value>
    public static string Root { get; } = typeof(SourceTree).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Repository").Value!;
}
