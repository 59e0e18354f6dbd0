namespace Federated.Cluster.Tests.Processes;

/// <summary>Where the runtime, the product's programs and the repository are.</summary>
internal static class DotNet
{
    /// <summary>The dotnet command.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>The command, as it was built for these tests.</summary>
    public static string Federated { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "federated.dll");

    /// <summary>The coordinator that kills itself where it is told to.</summary>
    public static string FaultyCoordinator { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Federated.FaultyCoordinator.dll");

    /// <summary>The worker that kills itself in a phase of a masked round.</summary>
    public static string FaultyWorker { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Federated.FaultyWorker.dll");

    /// <summary>Debug or Release, as these tests were built.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Name;

    /// <summary>The folder of the solution.</summary>
    public static string Repository { get; } = FindRepository(AppContext.BaseDirectory);

    private static string FindRepository(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            if (File.Exists(System.IO.Path.Combine(at.FullName, "Federated.sln"))) return at.FullName;
        throw new InvalidOperationException($"No Federated.sln above {folder}.");
    }
}
