using System.Diagnostics;
using System.Text;

namespace Federated.Benchmarks.Processes;

/// <summary>The command <c>federated</c> in a process of its own.</summary>
internal static class FederatedCommand
{
    /// <summary>Runs it to its end; what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it wrote to the error stream.</exception>
    public static async Task<string> RunAsync(string[] arguments) => (await MeasureAsync(arguments)).Output;

    /// <summary>As <see cref="RunAsync"/>, with the processor time that it took, which other work on the machine hardly changes; what it took in its last half second may be missing.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it wrote to the error stream.</exception>
    public static async Task<(string Output, TimeSpan Processor)> MeasureAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "federated.dll"), .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var processor = WatchAsync(process);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? (output, await processor) : throw new InvalidOperationException($"federated {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
    }

    // A process that has ended tells it no more.
    private static async Task<TimeSpan> WatchAsync(Process process)
    {
        var last = TimeSpan.Zero;
        while (!process.HasExited)
        {
            try
            {
                process.Refresh();
                last = process.TotalProcessorTime;
            }
            catch (InvalidOperationException) when (process.HasExited)
            {
                break;
            }
            await Task.Delay(TimeSpan.FromSeconds(0.5));
        }
        return last;
    }
}
