using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Federated.Core;
using Federated.Engine;
using Federated.Wire.Cluster;
using Federated.Wire.Link;
using Federated.Worker.Actors;
using Federated.Worker.Governance;
using Federated.Worker.Governance.Records;
using Federated.Worker.Grpc;
using Federated.Worker.Options;
using Federated.Worker.SecureAggregation;
using Federated.Worker.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ClusterSettings = Federated.Wire.Cluster.ClusterSettings;

namespace Federated.Worker.Hosting;

/// <summary>A running worker: a cluster node that looks for its coordinator, trains what it is given, and ends by itself when it is refused or
/// has lost its cluster.
/// Several may live in one process. Thread-safe.</summary>
public sealed class WorkerHost : IAsyncDisposable
{
    // A node that downs itself first tells the others, which takes some gossip.
    private static readonly TimeSpan DownedLimit = TimeSpan.FromSeconds(5);

    private readonly IHost _host;
    private readonly WorkerStatus _status;
    private readonly IActorRef _worker;
    private readonly TransferLink _transfer;
    private readonly MaskingIdentities _identities;
    private readonly IDepartureGate _gate;
    private readonly ClientStates _states;

    private WorkerHost(IHost host, WorkerStatus status, TransferLink transfer, MaskingIdentities identities, IDepartureGate gate, ClientStates states)
    {
        (_host, _status, _transfer, _identities, _gate, _states) = (host, status, transfer, identities, gate, states);
        _worker = host.Services.GetRequiredService<IRequiredActor<WorkerActor>>().ActorRef;
        Completion = RunAsync(host.Services.GetRequiredService<ActorSystem>());
    }

    /// <summary>Ends with the first answer of a coordinator; cancelled when the worker ends without one.</summary>
    public Task Attached => _status.Attached;

    /// <summary>Ends when the worker has left the cluster, for whatever reason, with one of <see cref="ExitCodes"/>. Never fails.</summary>
    public Task<int> Completion { get; }

    /// <summary>Starts a worker. It returns before a coordinator has answered.</summary>
    /// <param name="options">Are checked.</param>
    /// <param name="engine">Opens runs; may be shared between workers.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="NodeOptionsException">Options break rules, or the host is no address of this machine; it lists all errors.</exception>
    /// <exception cref="PortInUseException">The cluster port is taken.</exception>
    /// <exception cref="RecordBrokenException">The audit log or the ledger in the state folder was changed.</exception>
    /// <exception cref="IOException">They cannot be read or written.</exception>
    public static Task<WorkerHost> StartAsync(WorkerOptions options, IEngine engine, CancellationToken cancellation = default) =>
        StartAsync(options, engine, new WorkerTimings(), cancellation);

    /// <summary>The same, for tests: with other timings, and with something between the worker and its data plane.</summary>
    internal static async Task<WorkerHost> StartAsync(
        WorkerOptions options, IEngine engine, WorkerTimings timings, CancellationToken cancellation, Func<ITransfer, ITransfer>? between = null)
    {
        if (WorkerOptionsValidator.Check(options) is { Length: > 0 } errors) throw new NodeOptionsException(errors);
        List<string> unreadable = [];
        var identities = MaskingIdentities.Read(options.Clients, options.Identity, options.Peers, unreadable);
        if (unreadable.Count > 0) throw new NodeOptionsException([.. unreadable]);
        ListenAddress.Probe(await ListenAddress.ResolveAsync(options.Host, cancellation), options.Host, options.ClusterPort, "cluster-port");
        var status = new WorkerStatus();
        var transfer = new TransferLink(timings.Transfer);
        IDepartureGate gate = OpenGate.Instance;
        IHost? host = null;
        try
        {
            var link = between?.Invoke(transfer) ?? transfer;
            var scope = new WorkerScope(options, engine, JobText.Read, link, timings, TimeProvider.System) { Identities = identities };
            if (options.Policy is { } path)
            {
                var policy = PolicyFile.Read(path).Policy ?? throw new NodeOptionsException([$"policy '{path}' was changed while the worker started; start it again."]);
                var guard = await PolicyGate.OpenAsync(policy, options, TimeProvider.System);
                gate = guard;
                scope = scope with { Gate = guard, Transfer = new GuardedTransfer(link, guard, policy.Spec.Disclose) };
            }
            host = Build(scope, status);
            await host.StartAsync(cancellation);
            return new WorkerHost(host, status, transfer, identities, gate, scope.States);
        }
        catch
        {
            identities.Dispose();
            transfer.Dispose();
            host?.Dispose();
            await gate.DisposeAsync();
            throw;
        }
    }

    /// <value>For people: the worker's policy, and the end of its audit log when it started; null without a policy.</value>
    public string? PolicySentence => (_gate as PolicyGate)?.Sentence;

    /// <summary>Takes no more tasks, finishes the accepted ones within <see cref="WorkerOptions.DrainTimeout"/>, leaves the cluster and ends. May be
    /// called more than once.</summary>
    /// <returns><see cref="Completion"/>.</returns>
    public Task<int> DrainAsync()
    {
        _worker.Tell(Drain.Instance);
        return Completion;
    }

    /// <summary>Drains and frees everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await DrainAsync();
        _host.Dispose();
        _transfer.Dispose();
        _identities.Dispose();
        await _gate.DisposeAsync();
    }

    private async Task<int> RunAsync(ActorSystem system)
    {
        await Task.WhenAny(_status.Ending, system.WhenTerminated).ConfigureAwait(false);
        // Read before stopping, which is itself a reason.
        var exitCode = _status.Ending.IsCompleted ? await _status.Ending.ConfigureAwait(false)
            : CoordinatedShutdown.Get(system).ShutdownReason is CoordinatedShutdown.ClusterDowningReason ? ExitCodes.NodeDowned : ExitCodes.Failure;
        if (exitCode == ExitCodes.NodeDowned) await EndDownedAsync(system).ConfigureAwait(false);
        // Leaves the cluster first, so that the others need not find out by silence.
        await _host.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await system.WhenTerminated.ConfigureAwait(false);
        // Nothing is deleted any more under whoever deletes the state folder.
        await _states.DeletedAsync().ConfigureAwait(false);
        _status.GiveUpAttaching();
        return exitCode;
    }

    private async Task EndDownedAsync(ActorSystem system)
    {
        if (!_status.Ending.IsCompleted)
        {
            _host.Services.GetRequiredService<ILogger<WorkerHost>>()
                .LogError("The cluster has removed this worker: a coordinator could not reach it.");
            return;
        }
        // Nobody may be left to agree to a leave, which would then take half a minute to give up.
        var cluster = Cluster.Get(system);
        cluster.Down(cluster.SelfAddress);
        await Task.WhenAny(system.WhenTerminated, Task.Delay(DownedLimit)).ConfigureAwait(false);
    }

    private static IHost Build(WorkerScope scope, WorkerStatus status)
    {
        var options = scope.Options;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = ClusterSettings.SystemName });
        HostLogging.Configure(builder.Logging, options.LogLevel);
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.Services.AddAkka(ClusterSettings.SystemName, (akka, services) => akka
            .WithHostLog(services, options.LogLevel)
            .AddHocon(ClusterSettings.Hocon, HoconAddMode.Prepend)
            .AddHocon(ClusterSettings.HeartbeatHocon(options.HeartbeatPause), HoconAddMode.Prepend)
            .AddHocon(FederatedSerialization.Hocon, HoconAddMode.Prepend)
            // The host drains and stops the node: Akka must not do so on its own when the process exits.
            .AddHocon("akka.coordinated-shutdown.run-by-clr-shutdown-hook = off", HoconAddMode.Prepend)
            .AddHocon(TrainerPoolActor.Hocon(options.Slots), HoconAddMode.Prepend)
            .WithRemoting(new RemoteOptions
            {
                HostName = options.Host,
                Port = options.ClusterPort,
                PublicHostName = options.PublicHost ?? options.Host,
                PublicPort = options.PublicClusterPort,
            })
            .WithClustering(new ClusterOptions
            {
                Roles = [ClusterSettings.WorkerRole],
                SeedNodes = [.. options.Seeds.Select(ClusterSettings.NodeAddress)],
            })
            // Room for one: the latest Hello goes out as soon as the coordinator is found; older ones say the same.
            .WithSingletonProxy<RunsProxy>(
                ClusterSettings.RunsSingleton, new ClusterSingletonOptions { Role = ClusterSettings.CoordinatorRole, BufferSize = 1 })
            .WithActors((system, registry) =>
            {
                registry.Register<WorkerActor>(system.ActorOf(WorkerActor.Props(scope, registry.Get<RunsProxy>(), status), "worker"));
                system.ActorOf(ClusterWatchActor.Props(scope.Timings.CoordinatorLost, status), "cluster-watch");
            }));
        return builder.Build();
    }

    /// <summary>Names the proxy in the registry.</summary>
    private sealed class RunsProxy;
}
