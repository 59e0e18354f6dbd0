using System.Diagnostics;
using Federated.Cluster.Tests.Processes;
using Federated.Core;

namespace Federated.Cluster.Tests;

/// <summary>The folders that the container images run, published from what was built for these tests.</summary>
public sealed class PublishedHostsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Published_hosts_run_a_job_from_another_directory_and_the_coordinator_has_no_libtorch()
    {
        var coordinator = await PublishAsync("Coordinator");
        var worker = await PublishAsync("Worker");
        Assert.DoesNotContain(Directory.GetFiles(coordinator, "*", SearchOption.AllDirectories).Select(Path.GetFileName), name => name!.Contains("torch", StringComparison.OrdinalIgnoreCase));

        await using var deployment = await Deployment.StartAsync(_folder.Path, Path.Combine(coordinator, "Federated.Coordinator.dll"));
        deployment.Add(ProcessUnderTest.Start(Path.Combine(worker, "Federated.Worker.dll"), _folder.Path, "--seeds", deployment.Cluster, "--state-dir", "worker-state"));
        var job = _folder.Write("job.yaml", "name: small\nmodel: { name: logistic }\ndata: { clients: 3 }\nfederation: { rounds: 2 }\n");
        await using var submit = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "submit", job, "--watch", "--coordinator", deployment.Grpc);

        Assert.True(await submit.ExitAsync() == ExitCodes.Success, submit.Transcript());
    }

    private async Task<string> PublishAsync(string project)
    {
        var target = Path.Combine(_folder.Path, project);
        var start = new ProcessStartInfo(DotNet.Path,
            ["publish", Path.Combine(DotNet.Repository, project), "--no-build", "--configuration", DotNet.Configuration, "--output", target, "-nodeReuse:false"])
        { RedirectStandardOutput = true };
        // What the test runner's own build set is not meant for another one.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray()) start.Environment.Remove(name);
        using var publish = Process.Start(start)!;
        var log = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, log);
        return target;
    }
}
