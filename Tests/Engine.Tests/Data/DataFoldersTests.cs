using Federated.Engine.Data;

namespace Federated.Engine.Tests.Data;

public sealed class DataFoldersTests
{
    [Fact]
    public void Standard_folders_are_the_given_ones_the_variable_the_cache_and_the_system()
    {
        if (OperatingSystem.IsWindows()) return;   // other roots, the same order
        var folders = DataFolders.Standard(["/given/1", "/given/2"], name => name switch { "FEDERATED_DATA" => "/variable", "XDG_CACHE_HOME" => "/cache", _ => null });
        Assert.Equal<string>(["/given/1", "/given/2", "/variable", "/cache/federated", "/usr/share/datasets"], folders.Roots);
        Assert.Equal("/cache/federated", folders.Downloads);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative")]
    public void Cache_without_a_valid_XDG_CACHE_HOME_is_in_the_home_folder(string? home)
    {
        if (OperatingSystem.IsWindows()) return;   // XDG is of no meaning there
        var folders = DataFolders.Standard([], name => name == "XDG_CACHE_HOME" ? home : null);
        Assert.EndsWith("/.cache/federated", folders.Downloads, StringComparison.Ordinal);
        Assert.Equal(2, folders.Roots.Length);
    }

    [Fact]
    public void Set_is_looked_for_by_its_name_in_a_folder_before_the_folder_itself_and_each_folder_once()
    {
        var root = Path.GetFullPath("a");
        var folders = new DataFolders(["a", "./a"], "a");
        Assert.Equal([Path.Combine(root, "mnist"), root], folders.CandidatesFor("mnist"));
    }
}
