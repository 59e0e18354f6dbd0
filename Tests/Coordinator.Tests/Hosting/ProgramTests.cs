using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Federated.Core;

namespace Federated.Coordinator.Tests.Hosting;

/// <summary>The executable as a process, started from a folder that is not its own.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("federated-coordinator-").FullName;

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public async Task Wrong_options_end_with_usage_and_all_errors()
    {
        var ended = await RunAsync(new() { ["FEDERATED_COORDINATOR_CONCURRENT_UPLOADS"] = "none" }, "--port", "-5");

        Assert.Equal((ExitCodes.Usage, ""), (ended.Code, ended.Output));
        Assert.Contains("concurrent-uploads is 'none'", ended.Errors);
        Assert.Contains("port is -5: it must be from 0 to 65535", ended.Errors);
        Assert.Contains(ExitCodes.Remedy(ExitCodes.Usage), ended.Errors);
    }

    [Fact]
    public async Task Port_in_use_has_its_own_code_and_no_stack_trace()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var ended = await RunAsync(new() { ["FEDERATED_COORDINATOR_CLUSTER_PORT"] = $"{port}" }, "--port", "0");

        Assert.Equal((ExitCodes.AddressInUse, ""), (ended.Code, ended.Output));
        Assert.StartsWith($"Port {port} on 127.0.0.1 is in use: choose another with --cluster-port", ended.Errors);
        Assert.DoesNotContain(" at ", ended.Errors);
    }

    [Fact]
    public async Task Coordinator_says_one_line_when_ready_and_leaves_cleanly_on_a_signal()
    {
        if (OperatingSystem.IsWindows()) return;   // no signal to send to another process
        using var process = Start([], "--port", "0", "--cluster-port", "0");
        var ready = await process.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Matches(@"^coordinator ready: gRPC http://127\.0\.0\.1:\d+, cluster 127\.0\.0\.1:\d+$", ready);
        var port = new Uri(ready!.Split(' ', ',')[3]).Port;

        var healthy = await RunAsync([], "--health", "--port", $"{port}");
        Assert.Equal(0, Kill(process.Id, SigTerm));
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(ExitCodes.Success, healthy.Code);
        Assert.Equal(ExitCodes.Success, process.ExitCode);
        Assert.Equal("", await process.StandardError.ReadToEndAsync());
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync());
        Assert.Equal(ExitCodes.CoordinatorUnreachable, (await RunAsync([], "--health", "--port", $"{port}")).Code);
    }

    private const int SigTerm = 15;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);

    private Process Start(Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Federated.Coordinator.dll"), .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["FEDERATED_COORDINATOR_STATE_DIR"] = _state;
        foreach (var (key, value) in environment) start.Environment[key] = value;
        return Process.Start(start)!;
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (process.ExitCode, await output, await errors);
    }
}
