using System.Diagnostics;
using System.Text.Json;

namespace Federated.Build.Tests;

/// <summary>Which libtorch -p:TorchBackend builds in: asked of MSBuild, without restoring the gigabytes of the other one.</summary>
public sealed class TorchBackendTests
{
    [Theory]
    [InlineData("libtorch-cpu-")]
    [InlineData("libtorch-cpu-", "-p:TorchBackend=cpu")]
    [InlineData("libtorch-cuda-", "-p:TorchBackend=cuda")]
    public async Task Backend_chooses_the_package(string package, params string[] options)
    {
        var (code, output) = await MsBuildAsync(["-getItem:PackageReference", .. options]);

        Assert.True(code == 0, output);
        using var json = JsonDocument.Parse(output);
        var chosen = json.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!)
            .Where(name => name.StartsWith("libtorch", StringComparison.Ordinal));
        Assert.All(chosen, name => Assert.StartsWith(package, name, StringComparison.Ordinal));
        Assert.Equal(OperatingSystem.IsMacOS() && package == "libtorch-cuda-" ? 0 : 1, chosen.Count());   // there CheckTorchBackend ends the build
    }

    [Fact]
    public async Task Unknown_backend_ends_the_build_with_a_sentence()
    {
        var (code, output) = await MsBuildAsync(["-t:CheckTorchBackend", "-p:TorchBackend=rocm"]);

        Assert.NotEqual(0, code);
        Assert.Contains("TorchBackend is 'rocm': it must be cpu or cuda.", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> MsBuildAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["msbuild", Path.Combine(SourceTree.Root, "Shared", "Engine", "Federated.Engine.csproj"), "-nodeReuse:false", .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
