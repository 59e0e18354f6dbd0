using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Federated.Cluster.Tests.Processes;
using Federated.Core;

namespace Federated.Cluster.Tests;

public sealed class DeploymentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public async Task Submitted_job_is_watched_to_its_end_its_model_is_saved_and_hosts_end_cleanly_when_they_are_told_to()
    {
        await using var deployment = await Deployment.StartAsync(_folder.Path, DotNet.Federated, "coordinator");
        var worker = await deployment.StartWorkerAsync("worker-1");
        var job = _folder.Write("job.yaml", "name: small\nmodel: { name: logistic }\ndata: { clients: 3 }\nfederation: { rounds: 2 }\n");

        await using var submit = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "submit", job, "--watch", "--coordinator", deployment.Grpc);
        Assert.True(await submit.ExitAsync() == ExitCodes.Success, submit.Transcript());
        Assert.Contains(submit.Output, line => line.StartsWith("round 2/2", StringComparison.Ordinal));

        var run = submit.Output[0].Split(' ')[1];
        await using var model = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "export", run, "--out", "model.safetensors", "--coordinator", deployment.Grpc);
        Assert.True(await model.ExitAsync() == ExitCodes.Success, model.Transcript());
        Assert.True(new FileInfo(Path.Combine(_folder.Path, "model.safetensors")).Length > 650 * sizeof(float));   // 64 x 10 weights and 10 biases

        worker.Send(UnixSignal.Terminate);
        Assert.True(await worker.ExitAsync() == ExitCodes.Success, worker.Transcript());
        deployment.Coordinator.Send(UnixSignal.Interrupt);
        Assert.True(await deployment.Coordinator.ExitAsync() == ExitCodes.Success, deployment.Coordinator.Transcript());
        Assert.Single(deployment.Coordinator.Output);
        Assert.Single(worker.Output);
    }

    [Fact]
    public async Task Port_in_use_is_one_line_with_its_own_exit_code()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        await using var coordinator = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "coordinator", "--port", port, "--cluster-port", "0", "--state-dir", "coordinator");

        Assert.True(await coordinator.ExitAsync() == ExitCodes.AddressInUse, coordinator.Transcript());
        Assert.Contains($"Port {port} on 127.0.0.1 is in use", Assert.Single(coordinator.Error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_that_finds_no_coordinator_in_time_says_so()
    {
        await using var worker = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "worker", "--coordinator", "127.0.0.1:1", "--coordinator-timeout", "1", "--state-dir", "worker");

        Assert.True(await worker.ExitAsync() == ExitCodes.CoordinatorUnreachable, worker.Transcript());
        Assert.Contains(worker.Error, line => line.Contains("No coordinator was found at 127.0.0.1:1.", StringComparison.Ordinal));
    }
}
