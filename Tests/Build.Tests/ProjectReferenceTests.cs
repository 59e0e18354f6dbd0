using System.Xml.Linq;

namespace Federated.Build.Tests;

/// <summary>Holds the direction in which the rooms may know each other.</summary>
public sealed class ProjectReferenceTests
{
    [Theory]
    [InlineData("Protos", "")]
    [InlineData("Shared/Core", "")]
    [InlineData("Shared/OwnModels", "")]
    [InlineData("Shared/Engine", "Core OwnModels")]
    [InlineData("Shared/Wire", "Core Protos")]
    [InlineData("Coordinator", "Core Protos Wire")]
    [InlineData("Worker", "Core Engine OwnModels Protos Wire")]
    [InlineData("Cli", "Coordinator Core Engine OwnModels Protos Wire Worker")]
    public void A_room_knows_only_the_rooms_below_it(string folder, string expected)
    {
        var known = new SortedSet<string>(StringComparer.Ordinal);
        Follow(Directory.GetFiles(Path.Combine(SourceTree.Root, folder), "*.csproj").Single(), known);

        Assert.Equal(expected, string.Join(' ', known));
    }

    [Theory]
    [InlineData("Shared/Core", "Akka", "Grpc", "Google.Protobuf", "TorchSharp", "libtorch")]
    [InlineData("Shared/Engine", "Akka", "Grpc", "Google.Protobuf")]
    [InlineData("Shared/Wire", "TorchSharp", "libtorch")]
    [InlineData("Coordinator", "TorchSharp", "libtorch")]
    public void A_room_is_free_of_the_libraries_of_others(string folder, params string[] banned)
    {
        var project = XDocument.Load(Directory.GetFiles(Path.Combine(SourceTree.Root, folder), "*.csproj").Single());

        Assert.DoesNotContain(project.Descendants("PackageReference").Select(p => p.Attribute("Include")!.Value), p => banned.Any(b => p.StartsWith(b, StringComparison.Ordinal)));
    }

    private static void Follow(string project, SortedSet<string> known)
    {
        foreach (var reference in XDocument.Load(project).Descendants("ProjectReference"))
        {
            var target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, reference.Attribute("Include")!.Value));
            if (known.Add(Path.GetFileNameWithoutExtension(target)["Federated.".Length..])) Follow(target, known);
        }
    }
}
