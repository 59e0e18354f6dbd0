using System.Diagnostics;
using System.Text;

namespace Federated.Benchmarks.Processes;

/// <summary>The command <c>federated</c> in a process of its own.</summary>
internal static class FederatedCommand
{
    /// <summary>Runs it to its end; what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it wrote to the error stream.</exception>
    public static async Task<string> RunAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "federated.dll"), .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"federated {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
    }
}
