using System.Text.Json;

namespace Federated.Coordinator.Tests.Hosting;

public sealed class PublishedFilesTests
{
    [Fact]
    public void Coordinator_needs_no_file_of_libtorch()
    {
        // What publish copies is what this file lists, with everything that it needs in turn.
        using var deps = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Federated.Coordinator.deps.json")));
        var libraries = deps.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name).ToArray();

        Assert.Contains(libraries, name => name.StartsWith("Akka.Cluster/", StringComparison.Ordinal));
        Assert.DoesNotContain(libraries, name => name.Contains("torch", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(libraries, name => name.StartsWith("Federated.Engine", StringComparison.Ordinal));
    }
}
