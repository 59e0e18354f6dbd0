using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Federated.Core;
using Federated.V1;
using Federated.Wire.Cluster;
using Federated.Worker.Hosting;
using Federated.Worker.Options;
using Federated.Worker.Tests.Fakes;

namespace Federated.Worker.Tests.Hosting;

/// <summary>Workers as real cluster nodes on loopback, next to a real node with the coordinator's role and a real gRPC server.</summary>
public sealed class WorkerHostTests
{
    private static readonly TaskId TrainId = new() { Run = "run-1", Round = 1, Attempt = 1, Client = "a", Kind = TaskKind.Train };

    [Fact]
    public async Task Two_workers_in_one_process_attach_train_deliver_and_leave()
    {
        await using var transfer = await new TransferServer().StartAsync();
        await using var coordinator = await Welcoming(transfer.Address).StartAsync();
        await using var first = await WorkerHost.StartAsync(Options(coordinator) with { Name = "w1" }, new FakeEngine());
        await using var second = await WorkerHost.StartAsync(Options(coordinator) with { Name = "w2" }, new FakeEngine());
        await Task.WhenAll(first.Attached, second.Attached).WaitAsync(TimeSpan.FromSeconds(60));
        GotHello[] hellos = [await coordinator.NextAsync<GotHello>(), await coordinator.NextAsync<GotHello>()];
        Assert.Equal(["w1", "w2"], hellos.Select(got => got.Hello.Worker).Order());

        var worker = hellos[0].Worker;
        worker.Tell(new OpenRun { Run = "run-1", JobYaml = Job });
        worker.Tell(TrainOn(transfer));
        await transfer.Delivered.Task.WaitAsync(TimeSpan.FromSeconds(60));

        var (header, values) = Assert.Single(transfer.Uploads);
        Assert.Equal(TrainId, header.Id);
        Assert.Equal([2f, 3f, 4f, 5f], values);
        Assert.Equal(ExitCodes.Success, await first.DrainAsync().WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(ExitCodes.Success, await second.DrainAsync().WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Worker_of_another_version_ends_with_its_exit_code()
    {
        await using var coordinator = await new CoordinatorNode(hello =>
            new Refused { Session = hello.Session, Reason = Refusal.WrongVersion, Detail = "This coordinator speaks version 2." }).StartAsync();
        await using var worker = await WorkerHost.StartAsync(Options(coordinator) with { LogLevel = "error" }, new FakeEngine());

        var exitCode = await worker.Completion.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(ExitCodes.VersionMismatch, exitCode);
        Assert.True(worker.Attached.IsCanceled);
    }

    [Fact]
    public async Task Worker_that_finds_no_coordinator_in_time_ends_with_its_exit_code()
    {
        var options = new WorkerOptions
        {
            Seeds = [$"127.0.0.1:{FreePort()}"],
            Slots = 1,
            CoordinatorTimeout = TimeSpan.FromMilliseconds(100),
            LogLevel = "error",
        };
        await using var worker = await WorkerHost.StartAsync(options, new FakeEngine());

        Assert.Equal(ExitCodes.CoordinatorUnreachable, await worker.Completion.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Worker_that_the_cluster_removes_ends_as_downed()
    {
        await using var coordinator = await Welcoming("http://127.0.0.1:1").StartAsync();
        await using var worker = await WorkerHost.StartAsync(Options(coordinator) with { LogLevel = "error" }, new FakeEngine());
        await worker.Attached.WaitAsync(TimeSpan.FromSeconds(60));

        coordinator.Cluster.Down(coordinator.Cluster.State.Members.Single(member => member.HasRole("worker")).Address);

        Assert.Equal(ExitCodes.NodeDowned, await worker.Completion.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Disposing_finishes_the_running_task_first()
    {
        await using var transfer = await new TransferServer().StartAsync();
        await using var coordinator = await Welcoming(transfer.Address).StartAsync();
        using var training = new Akka.TestKit.Xunit2.TestKit();
        var host = await WorkerHost.StartAsync(Options(coordinator), new FakeEngine(training.TestActor));
        await host.Attached.WaitAsync(TimeSpan.FromSeconds(60));
        var worker = (await coordinator.NextAsync<GotHello>()).Worker;
        worker.Tell(new OpenRun { Run = "run-1", JobYaml = Job });
        worker.Tell(TrainOn(transfer));
        var running = (TrainCall)await training.FishForMessageAsync(message => message is TrainCall, TimeSpan.FromSeconds(60));

        var disposing = host.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        running.Finish();
        await disposing.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Single(transfer.Uploads);
        Assert.Equal(ExitCodes.Success, await host.Completion);
    }

    [Fact]
    public async Task What_clients_keep_survives_the_worker_and_a_round_that_is_trained_again_gives_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        var options = new WorkerOptions { Name = "w1", Slots = 1, StateDir = folder.Path };
        // Round 1 is committed; round 2 is not, when the worker goes.
        var first = await TrainWithAsync(options, Train(1), new RoundCommitted { Run = "run-1", Round = 1, Attempt = 1 }, Train(2));
        // Its successor is asked for round 2 again, and then goes on.
        var second = await TrainWithAsync(options, Train(2), new RoundCommitted { Run = "run-1", Round = 2, Attempt = 1 }, Train(3));

        // Global + round + rounds before.
        Assert.Equal([[2f, 3f, 4f, 5f], [4f, 5f, 6f, 7f]], first);
        Assert.Equal([[4f, 5f, 6f, 7f], [6f, 7f, 8f, 9f]], second);
    }

    [Fact]
    public async Task Torn_state_is_reported_to_the_coordinator_by_its_file()
    {
        using var folder = new TemporaryFolder();
        var options = new WorkerOptions { Name = "w1", Slots = 1, StateDir = folder.Path };
        await TrainWithAsync(options, Train(1), new RoundCommitted { Run = "run-1", Round = 1 }, Train(2));
        var file = Directory.GetFiles(folder.Path, "round-001.state", SearchOption.AllDirectories).Single();
        await File.AppendAllTextAsync(file, "x");

        await using var transfer = await new TransferServer().StartAsync();
        await using var coordinator = await Welcoming(transfer.Address).StartAsync();
        await using var host = await WorkerHost.StartAsync(options with { Seeds = [coordinator.Seed] }, new FakeEngine { Counts = true });
        var worker = (await coordinator.NextAsync<GotHello>()).Worker;
        await host.Attached.WaitAsync(TimeSpan.FromSeconds(60));
        worker.Tell(new OpenRun { Run = "run-1", JobYaml = Job });
        worker.Tell(On(transfer, Train(2), stateRound: 1));
        await transfer.Delivered.Task.WaitAsync(TimeSpan.FromSeconds(60));

        var failure = Assert.Single(transfer.Reports).Failure;
        Assert.True(failure.Permanent);
        Assert.Contains(file, failure.Reason);
    }

    [Fact]
    public async Task Wrong_options_are_refused_before_anything_starts()
    {
        var error = await Assert.ThrowsAsync<NodeOptionsException>(() =>
            WorkerHost.StartAsync(new WorkerOptions { Slots = 0, Seeds = [] }, new FakeEngine()));

        Assert.Equal(2, error.Errors.Length);
    }

    [Fact]
    public async Task Cluster_port_that_is_taken_is_told_by_its_number()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var error = await Assert.ThrowsAsync<PortInUseException>(() =>
            WorkerHost.StartAsync(new WorkerOptions { ClusterPort = port }, new FakeEngine()));

        Assert.Equal($"Port {port} on 127.0.0.1 is in use: choose another with --cluster-port (0 takes any free one).", error.Message);
    }

    private const string Job = "name: test\nmodel: { name: logistic }\n";

    // One life of a worker: it is told these things one after the other, each train task when the one before is delivered. Returns the updates.
    private static async Task<float[][]> TrainWithAsync(WorkerOptions options, params object[] told)
    {
        await using var transfer = await new TransferServer().StartAsync();
        await using var coordinator = await Welcoming(transfer.Address).StartAsync();
        await using var host = await WorkerHost.StartAsync(options with { Seeds = [coordinator.Seed] }, new FakeEngine { Counts = true });
        await host.Attached.WaitAsync(TimeSpan.FromSeconds(60));
        var worker = (await coordinator.NextAsync<GotHello>()).Worker;
        worker.Tell(new OpenRun { Run = "run-1", JobYaml = Job });
        foreach (var message in told)
        {
            worker.Tell(message is TaskId id ? On(transfer, id, id.Round - 1) : message);
            if (message is TaskId) Assert.True(await transfer.Arrived.WaitAsync(TimeSpan.FromSeconds(60)));
        }
        return [.. transfer.Uploads.Select(upload => upload.Values)];
    }

    private static TaskId Train(uint round) => new() { Run = "run-1", Round = round, Attempt = 1, Client = "a", Kind = TaskKind.Train };

    private static AssignTask On(TransferServer server, TaskId id, uint stateRound) => new()
    {
        Id = id,
        StateRound = stateRound,
        Parameters = new ParametersRef { Sha256 = server.Parameters.Hash, SchemaHash = FakeEngine.TheSchema.Hash, Count = 4 },
    };

    private static CoordinatorNode Welcoming(string transferAddress) =>
        new(hello => new Welcome { Session = hello.Session, TransferAddress = transferAddress });

    private static AssignTask TrainOn(TransferServer server) => new()
    {
        Id = TrainId,
        Parameters = new ParametersRef { Sha256 = server.Parameters.Hash, SchemaHash = FakeEngine.TheSchema.Hash, Count = 4 },
    };

    private static WorkerOptions Options(CoordinatorNode coordinator) => new() { Seeds = [coordinator.Seed], Slots = 1 };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
