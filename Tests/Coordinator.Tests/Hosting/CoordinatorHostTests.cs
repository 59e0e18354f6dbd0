using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Coordinator.Hosting;
using Federated.Coordinator.Options;
using Federated.V1;
using Federated.Wire.Cluster;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;

namespace Federated.Coordinator.Tests.Hosting;

public sealed class CoordinatorHostTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("federated-coordinator-").FullName;
    private int _nodes;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // A state folder of its own for every node.
    private CoordinatorOptions AnyPort => new() { Port = 0, ClusterPort = 0, StateDir = Path.Combine(_folder, $"node-{++_nodes}") };

    private static Task<CoordinatorHost> StartAsync(CoordinatorOptions options, Action<RunsSettings>? seen = null) => CoordinatorHost.StartAsync(
        options,
        settings =>
        {
            seen?.Invoke(settings);
            return Props.Create(() => new EmptyRuns(settings.TransferAddress));
        },
        CancellationToken.None);

    [Fact]
    public async Task Host_on_free_ports_serves_its_first_call_and_stops_within_seconds()
    {
        RunsSettings? settings = null;
        var host = await StartAsync(AnyPort, seen => settings = seen);
        await using var _ = host;
        using var channel = GrpcChannel.ForAddress(host.GrpcAddress);

        var reply = await new Runs.RunsClient(channel).ListAsync(new ListRequest());

        Assert.Equal("from the singleton", Assert.Single(reply.Runs).Run);
        Assert.NotEqual(0, host.GrpcAddress.Port);
        Assert.Matches(@"^127\.0\.0\.1:[1-9]\d*$", host.ClusterAddress);
        Assert.Equal($"http://127.0.0.1:{host.GrpcAddress.Port}", settings!.TransferAddress());
        var clock = Stopwatch.StartNew();
        await host.DisposeAsync();
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(9));   // the limit at which it would be cut is 10 s
        Assert.Equal(HostEnd.Stopped, await host.Completion);
    }

    [Fact]
    public async Task Submitted_job_becomes_a_run_that_can_be_listed_watched_and_stopped()
    {
        await using var host = await CoordinatorHost.StartAsync(AnyPort, CancellationToken.None);
        using var channel = GrpcChannel.ForAddress(host.GrpcAddress);
        var runs = new Runs.RunsClient(channel);

        var submitted = await runs.SubmitAsync(new SubmitRequest { JobYaml = "name: mine\nmodel: { name: mlp }\n" });
        using var watch = runs.Watch(new WatchRequest { Run = submitted.Run });
        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
        var stopped = await runs.StopAsync(new StopRequest { Run = submitted.Run });
        await foreach (var _ in watch.ResponseStream.ReadAllAsync()) { }   // ends with the run

        Assert.Empty(submitted.Errors);
        Assert.Equal(submitted.Run, Assert.Single((await runs.ListAsync(new ListRequest())).Runs).Run);
        Assert.Equal("mine", stopped.Summary.Name);
        Assert.Equal(RunStatus.Stopped, (await runs.ShowAsync(new ShowRequest { Run = submitted.Run })).Summary.Status);
    }

    [Fact]
    public async Task Health_and_reflection_answer()
    {
        await using var host = await StartAsync(AnyPort);
        using var channel = GrpcChannel.ForAddress(host.GrpcAddress);

        var health = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest());
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        await call.RequestStream.CompleteAsync();

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        var services = call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name).ToArray();
        Assert.Contains("federated.v1.Transfer", services);
        Assert.Contains("federated.v1.Runs", services);
        Assert.Equal(0, await SelfCheck.RunAsync(AnyPort with { Port = host.GrpcAddress.Port }, TextWriter.Null));
    }

    [Fact]
    public async Task Self_check_of_a_node_that_is_not_there_says_so()
    {
        var errors = new StringWriter();
        using var taken = Listen();   // listens but never speaks HTTP/2

        var code = await SelfCheck.RunAsync(AnyPort with { Port = Port(taken) }, errors);

        Assert.Equal(Core.ExitCodes.CoordinatorUnreachable, code);
        Assert.StartsWith($"No coordinator answers at http://127.0.0.1:{Port(taken)}/", errors.ToString());
    }

    [Theory]
    [InlineData("port")]
    [InlineData("cluster-port")]
    public async Task Port_in_use_is_one_clear_line_that_names_the_option(string option)
    {
        using var taken = Listen();
        var port = Port(taken);
        var options = option == "port" ? AnyPort with { Port = port } : AnyPort with { ClusterPort = port };

        var error = await Assert.ThrowsAsync<PortInUseException>(() => StartAsync(options));

        Assert.Equal((port, option), (error.Port, error.Option));
        Assert.Equal($"Port {port} on 127.0.0.1 is in use: choose another with --{option} (0 takes any free one).", error.Message);
    }

    [Fact]
    public async Task Host_with_wrong_options_does_not_start_and_lists_all_errors()
    {
        var error = await Assert.ThrowsAsync<NodeOptionsException>(() => StartAsync(AnyPort with { Host = "", Port = -1, ConcurrentUploads = 0 }));

        Assert.Equal(3, error.Errors.Length);
    }

    [Fact]
    public async Task Host_that_is_no_address_of_this_machine_does_not_start()
    {
        var error = await Assert.ThrowsAsync<NodeOptionsException>(() => StartAsync(AnyPort with { Host = "192.0.2.1", Port = 1024 }));   // TEST-NET-1

        Assert.Contains("no address of this machine", Assert.Single(error.Errors));
    }

    [Fact]
    public async Task Start_that_waits_for_seeds_can_be_cancelled_and_leaves_nothing_behind()
    {
        using var taken = Listen();   // a seed that never answers
        var own = FreePort();
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var options = AnyPort with { ClusterPort = own, Seeds = [$"127.0.0.1:{Port(taken)}", $"127.0.0.1:{own}"] };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => CoordinatorHost.StartAsync(options, settings => Props.Create(() => new EmptyRuns(settings.TransferAddress)), cancel.Token));

        using var again = Listen(own);
    }

    [Fact]
    public async Task Coordinators_remove_who_cannot_be_reached()
    {
        await using var host = await StartAsync(AnyPort);

        Assert.NotNull(Assert.IsType<CoordinatorsDowning>(Akka.Cluster.Cluster.Get(host.System).DowningProvider).DowningActorProps);
    }

    [Fact]
    public async Task State_folder_that_cannot_be_made_is_an_error_of_the_options()
    {
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "");

        var error = await Assert.ThrowsAsync<NodeOptionsException>(() => StartAsync(AnyPort with { StateDir = Path.Combine(file, "state") }));

        Assert.StartsWith($"state-dir is '{Path.Combine(file, "state")}', which cannot be made", Assert.Single(error.Errors));
    }

    [Fact]
    public async Task Public_ports_are_the_ones_that_others_are_told()
    {
        RunsSettings? settings = null;
        await using var host = await StartAsync(AnyPort with { PublicHost = "localhost", PublicPort = 4711, PublicClusterPort = 4712 }, seen => settings = seen);

        Assert.Equal("http://localhost:4711", settings!.TransferAddress());
        Assert.Equal(4711, host.GrpcAddress.Port);
        Assert.Equal("localhost:4712", host.ClusterAddress);
    }

    [Fact]
    public async Task Coordinator_started_again_at_its_address_joins_the_cluster_in_which_its_workers_live_on()
    {
        var options = AnyPort with { ClusterPort = FreePort() };
        var first = await StartAsync(options);
        using var worker = await WorkerNode.JoinAsync(first.ClusterAddress);
        var members = Path.Combine(options.StateDir, $"members-{options.ClusterPort}");
        await Grpc.GrpcServer.EventuallyAsync(() => File.Exists(members) && File.ReadAllText(members) == $"{worker.Address}\n");

        ((ExtendedActorSystem)first.System).Abort();   // no goodbye, as when the process is killed
        await first.DisposeAsync();
        await using var second = await StartAsync(options);

        var cluster = Akka.Cluster.Cluster.Get(second.System);
        await Grpc.GrpcServer.EventuallyAsync(() => Knows(cluster, worker.Cluster) && Knows(worker.Cluster, cluster));
        using var channel = GrpcChannel.ForAddress(second.GrpcAddress);
        Assert.True(Served(new Runs.RunsClient(channel)));
    }

    [Fact]
    public async Task Coordinator_whose_remembered_members_are_gone_forms_a_cluster()
    {
        var options = AnyPort with { ClusterPort = FreePort() };
        Directory.CreateDirectory(options.StateDir);
        await File.WriteAllTextAsync(Path.Combine(options.StateDir, $"members-{options.ClusterPort}"), $"127.0.0.1:{FreePort()}\nno address\n");

        await using var host = await StartAsync(options);

        await Grpc.GrpcServer.EventuallyAsync(() => Akka.Cluster.Cluster.Get(host.System).State.Members.Count == 1);
    }

    [Fact]
    public async Task Coordinator_that_the_cluster_removes_is_followed_by_another()
    {
        var (ready, told) = (System.Threading.Channels.Channel.CreateUnbounded<CoordinatorHost>(), new List<string>());
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var loop = CoordinatorLoop.RunAsync(AnyPort, host => ready.Writer.WriteAsync(host).AsTask(), line => Task.Run(() => told.Add(line)), stop.Token);
        var cluster = Akka.Cluster.Cluster.Get((await ready.Reader.ReadAsync(stop.Token)).System);

        cluster.Down(cluster.SelfAddress);
        var next = await ready.Reader.ReadAsync(stop.Token);
        Assert.False(next.Completion.IsCompleted);
        Assert.Equal("The cluster removed this coordinator; it starts anew in 1 s.", Assert.Single(told));
        await stop.CancelAsync();

        Assert.Equal(Federated.Core.ExitCodes.Success, await loop);
        Assert.Equal(HostEnd.Stopped, await next.Completion);
    }

    [Fact]
    public async Task Node_that_the_cluster_removes_completes_as_downed()
    {
        await using var host = await StartAsync(AnyPort);
        var cluster = Akka.Cluster.Cluster.Get(host.System);

        cluster.Down(cluster.SelfAddress);

        Assert.Equal(HostEnd.Downed, await host.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Coordinator_that_must_have_the_runs_and_has_lost_them_completes_as_downed()
    {
        await using var host = await StartAsync(AnyPort);
        var runs = await Coordinator.Grpc.RunsGate.FindLocalAsync(
            host.System, ClusterSettings.RunsSingleton, CancellationToken.None);

        // As if they had been handed over to a node that is gone.
        host.System.Stop(runs);

        Assert.Equal(HostEnd.Downed, await host.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("This coordinator has lost its runs to one that is gone", host.EndReason);
    }

    [Fact]
    public async Task Coordinator_that_another_one_no_longer_talks_to_completes_as_downed()
    {
        var (one, two) = (FreePort(), FreePort());
        System.Collections.Immutable.ImmutableArray<string> seeds = [$"127.0.0.1:{one}", $"127.0.0.1:{two}"];
        await using var first = await StartAsync(AnyPort with { ClusterPort = one, Seeds = seeds });
        await using var second = await StartAsync(AnyPort with { ClusterPort = two, Seeds = seeds });
        var removed = Akka.Cluster.Cluster.Get(first.System).SelfUniqueAddress;

        ((Akka.Remote.IRemoteActorRefProvider)((ExtendedActorSystem)second.System).Provider).Quarantine(removed.Address, removed.Uid);

        Assert.Equal(HostEnd.Downed, await first.Completion.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.False(second.Completion.IsCompleted);
    }

    [Fact]
    public async Task Second_coordinator_joins_as_a_standby_and_takes_over_when_the_first_leaves()
    {
        var (one, two) = (FreePort(), FreePort());
        System.Collections.Immutable.ImmutableArray<string> seeds = [$"127.0.0.1:{one}", $"127.0.0.1:{two}"];
        var first = await StartAsync(AnyPort with { ClusterPort = one, Seeds = seeds });
        await using var _ = first;
        await using var second = await StartAsync(AnyPort with { ClusterPort = two, Seeds = seeds });
        using var channel = GrpcChannel.ForAddress(second.GrpcAddress);
        var runs = new Runs.RunsClient(channel);
        var standby = await Assert.ThrowsAsync<RpcException>(async () => await runs.ListAsync(new ListRequest()));
        Assert.Equal(StatusCode.Unavailable, standby.StatusCode);
        await Grpc.GrpcServer.EventuallyAsync(() => SentTo(runs) == $"http://127.0.0.1:{first.GrpcAddress.Port}");

        await first.DisposeAsync();

        await Grpc.GrpcServer.EventuallyAsync(() => Served(runs));
    }

    private static string? SentTo(Runs.RunsClient runs) =>
        Assert.Throws<RpcException>(() => runs.List(new ListRequest())).Trailers.GetValue("federated-active");

    private static bool Knows(Akka.Cluster.Cluster one, Akka.Cluster.Cluster other) =>
        one.State.Members.Any(member => member.UniqueAddress == other.SelfUniqueAddress);

    private static bool Served(Runs.RunsClient runs)
    {
        try
        {
            return runs.List(new ListRequest()).Runs.Count == 1;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
        {
            return false;
        }
    }

    private static Socket Listen(int port = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        socket.Listen();
        return socket;
    }

    private static int Port(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static int FreePort()
    {
        using var socket = Listen();
        return Port(socket);
    }

    private sealed class EmptyRuns : ReceiveActor
    {
        public EmptyRuns(Func<string> address)
        {
            Receive<GetRuns>(_ => Sender.Tell(new ListReply { Runs = { new RunSummary { Run = "from the singleton" } } }));
            Receive<Locate>(_ => Sender.Tell(new Located { Address = address() }));
        }
    }
}
