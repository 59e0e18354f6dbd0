using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Federated.Core;
using Federated.V1;
using Federated.Worker.Hosting;
using Federated.Worker.Options;
using Federated.Worker.Tests.Fakes;

namespace Federated.Worker.Tests.Hosting;

/// <summary>Workers that lose their cluster and come back within their process.</summary>
public sealed class WorkerLoopTests : IDisposable
{
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromMinutes(2));
    private readonly Channel<bool> _attached = Channel.CreateUnbounded<bool>();
    private readonly Channel<string> _told = Channel.CreateUnbounded<string>();

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task Worker_that_the_cluster_removes_starts_anew_and_attaches_again()
    {
        await using var coordinator = await new CoordinatorNode(Welcome).StartAsync();
        var loop = RunAsync(coordinator.Seed, new WorkerTimings());
        await _attached.Reader.ReadAsync(_stop.Token);
        var first = await coordinator.NextAsync<GotHello>();

        coordinator.Cluster.Down(first.Worker.Path.Address);

        Assert.Equal("This worker has lost its cluster; it starts anew in 1 s.", await _told.Reader.ReadAsync(_stop.Token));
        await _attached.Reader.ReadAsync(_stop.Token);
        GotHello second;
        do second = await coordinator.NextAsync<GotHello>();
        while (second.Hello.Session == first.Hello.Session);
        Assert.Equal(first.Hello.Worker, second.Hello.Worker);
        Assert.Equal(ExitCodes.Success, await StopAsync(loop));
    }

    [Fact]
    public async Task Worker_whose_cluster_has_no_coordinator_any_more_looks_for_one_anew()
    {
        var port = FreePort();
        var first = await new CoordinatorNode(Welcome, port).StartAsync();
        var loop = RunAsync(first.Seed, new WorkerTimings { CoordinatorLost = TimeSpan.FromMilliseconds(100) });
        await _attached.Reader.ReadAsync(_stop.Token);

        await first.DisposeAsync();
        await _told.Reader.ReadAsync(_stop.Token);
        // A cluster of its own, which knows nothing of the worker.
        await using var second = await new CoordinatorNode(Welcome, port).StartAsync();

        await _attached.Reader.ReadAsync(_stop.Token);
        Assert.Equal("w1", (await second.NextAsync<GotHello>()).Hello.Worker);
        Assert.Equal(ExitCodes.Success, await StopAsync(loop));
    }

    [Fact]
    public async Task Worker_that_is_refused_ends_with_its_exit_code()
    {
        await using var coordinator = await new CoordinatorNode(hello =>
            new Refused { Session = hello.Session, Reason = Refusal.WrongVersion, Detail = "This coordinator speaks version 2." }).StartAsync();

        Assert.Equal(ExitCodes.VersionMismatch, await RunAsync(coordinator.Seed, new WorkerTimings()));
        Assert.False(_told.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task Worker_that_is_told_to_stop_while_it_looks_ends_with_success() =>
        Assert.Equal(ExitCodes.Success, await StopAsync(RunAsync($"127.0.0.1:{FreePort()}", new WorkerTimings())));

    private static Welcome Welcome(Hello hello) => new() { Session = hello.Session, TransferAddress = "http://127.0.0.1:1" };

    private Task<int> RunAsync(string seed, WorkerTimings timings) => WorkerLoop.RunAsync(
        new WorkerOptions { Name = "w1", Seeds = [seed], Slots = 1, LogLevel = "error" },
        timings,
        new FakeEngine(),
        () => _attached.Writer.WriteAsync(true).AsTask(),
        line => _told.Writer.WriteAsync(line).AsTask(),
        _stop.Token);

    private async Task<int> StopAsync(Task<int> loop)
    {
        await _stop.CancelAsync();
        return await loop.WaitAsync(TimeSpan.FromMinutes(1));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
