using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Federated.Cluster.Tests.Processes;

/// <summary>A coordinator and workers as processes of their own on this machine, on free ports. Ends them all.</summary>
internal sealed partial class Deployment : IAsyncDisposable
{
    private readonly ConcurrentBag<ProcessUnderTest> _processes = [];

    public required string Folder { get; init; }

    /// <summary>URL of the coordinator's services.</summary>
    public string Grpc { get; private set; } = "";

    /// <summary>host:port of the coordinator's cluster link.</summary>
    public string Cluster { get; private set; } = "";

    public ProcessUnderTest Coordinator { get; private set; } = null!;

    /// <summary>Starts a coordinator and waits until it is ready.</summary>
    public static async Task<Deployment> StartAsync(string folder, string assembly, params string[] verb)
    {
        var deployment = new Deployment { Folder = folder };
        deployment.Coordinator = deployment.Add(ProcessUnderTest.Start(assembly, folder, [.. verb, "--port", "0", "--cluster-port", "0", "--state-dir", Path.Combine(folder, "coordinator")]));
        try
        {
            var ready = ReadyLine().Match(await deployment.Coordinator.LineAsync(line => ReadyLine().IsMatch(line)));
            (deployment.Grpc, deployment.Cluster) = (ready.Groups["grpc"].Value, ready.Groups["cluster"].Value);
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts <c>federated worker</c> with one slot and waits until the coordinator has taken it.</summary>
    public async Task<ProcessUnderTest> StartWorkerAsync(string name, params string[] more)
    {
        var worker = Add(ProcessUnderTest.Start(DotNet.Federated, Folder, ["worker", "--name", name, "--coordinator", Cluster, "--slots", "1", "--state-dir", name, .. more]));
        await worker.LineAsync(line => line.StartsWith("worker ready: ", StringComparison.Ordinal));
        return worker;
    }

    public ProcessUnderTest Add(ProcessUnderTest process)
    {
        _processes.Add(process);
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
    }

    [GeneratedRegex("coordinator ready: gRPC (?<grpc>http://[^ ,]+), cluster (?<cluster>[^ ,]+)")]
    private static partial Regex ReadyLine();
}
