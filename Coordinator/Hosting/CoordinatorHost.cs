using System.Collections.Immutable;
using System.Net;
using Akka.Actor;
using Akka.Hosting;
using Federated.Coordinator.Actors;
using Federated.Coordinator.Grpc;
using Federated.Coordinator.Journal;
using Federated.Coordinator.Options;
using Federated.Coordinator.Storage;
using Federated.Wire.Cluster;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Federated.Coordinator.Hosting;

/// <summary>One coordinator node: a cluster member that may own the runs, and the gRPC services in front of them. Several may live in one process.
/// It leaves signals and standard output alone and logs to standard error. Thread-safe.</summary>
public sealed class CoordinatorHost : IAsyncDisposable
{
    // Leaving the cluster takes about two seconds; what takes longer is given up.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly WebApplication _app;
    private readonly NodeEnd _end;
    private readonly Task<HostEnd> _completion;
    private int _disposed;

    private CoordinatorHost(WebApplication app, ActorSystem system, Uri grpcAddress)
    {
        _app = app;
        _end = app.Services.GetRequiredService<NodeEnd>();
        System = system;
        GrpcAddress = grpcAddress;
        var self = Akka.Cluster.Cluster.Get(system).SelfAddress;
        ClusterAddress = $"{self.Host}:{self.Port}";
        _completion = CompleteAsync(system);
    }

    /// <summary>Where the services are, as other nodes reach them.</summary>
    public Uri GrpcAddress { get; }

    /// <summary>The node's cluster address as host:port, fit to be a seed of others.</summary>
    public string ClusterAddress { get; }

    /// <summary>Ends, without failing, when the node is no longer part of the cluster, and says why.</summary>
    public Task<HostEnd> Completion => _completion;

    /// <summary>Why the node ended by itself, as a sentence; "" where nobody but the cluster knows.</summary>
    public string EndReason => _end.Reason;

    internal ActorSystem System { get; }

    /// <summary>Starts a node and waits until it is a member of its cluster. With seeds that is when one of them answers, however long that takes.</summary>
    /// <exception cref="NodeOptionsException">The options break their rules.</exception>
    /// <exception cref="PortInUseException">One of the two ports is taken.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the node was a member; nothing is left running.</exception>
    public static Task<CoordinatorHost> StartAsync(CoordinatorOptions options, CancellationToken cancellationToken) =>
        StartAsync(options, RunsActor.Props, cancellationToken);

    internal static async Task<CoordinatorHost> StartAsync(
        CoordinatorOptions options, Func<RunsSettings, Props> runs, CancellationToken cancellationToken)
    {
        var errors = CoordinatorOptionsValidator.Check(options);
        if (!errors.IsEmpty) throw new NodeOptionsException(errors);
        var address = await ListenAddress.ResolveAsync(options.Host, cancellationToken);
        ListenAddress.Probe(address, options.Host, options.Port, "port");
        ListenAddress.Probe(address, options.Host, options.ClusterPort, "cluster-port");
        StateFolders.Create(options.StateDir);
        if (options.Journal is null) await JournalSettings.PrepareSqliteAsync(options.StateDir, cancellationToken);

        var app = Build(options, address, runs);
        try
        {
            await app.StartAsync(cancellationToken);
            var system = app.Services.GetRequiredService<ActorSystem>();
            await ClusterNode.JoinAsync(system, options, await RememberedAsync(app, options, cancellationToken), cancellationToken);
            return new CoordinatorHost(app, system, AddressOf(app, options));
        }
        catch (Exception e)
        {
            await StopAsync(app);
            // Somebody may have taken a port between the probe and now.
            if (PortConflict.In(e) is not { } grpc) throw;
            throw new PortInUseException(options.Host, grpc ? options.Port : options.ClusterPort, grpc ? "port" : "cluster-port", e);
        }
    }

    /// <summary>Leaves the cluster, ends open streams and frees both ports; takes at most some ten seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) await StopAsync(_app);
        await _completion;
    }

    private static WebApplication Build(CoordinatorOptions options, IPAddress address, Func<RunsSettings, Props> runs)
    {
        // Empty: no settings files, no ASPNETCORE_ variables, no console lifetime. What the node does is in its options.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        HostLogging.Configure(builder.Logging, options.LogLevel);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            GrpcEndpoints.Configure(kestrel);
            // HTTP/2 without TLS: clients speak it by prior knowledge.
            kestrel.Listen(address, options.Port, listen => listen.Protocols = HttpProtocols.Http2);
        });

        WebApplication? app = null;
        var store = new ParameterStore();
        var services = builder.Services;
        services.AddRoutingCore();
        services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = StopLimit);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(store);
        var limits = new TransferLimits(options.MaxModelBytes, options.ConcurrentUploads) { AcceptSimulated = options.AcceptSimulated };
        services.AddSingleton(provider => new RunsGate(
            cancellation => RunsGate.FindLocalAsync(provider.GetRequiredService<ActorSystem>(), ClusterSettings.RunsSingleton, cancellation),
            limits.Ask,
            new ActiveNode(() => provider.GetRequiredService<IRequiredActor<ClusterNode.RunsKey>>().ActorRef, TimeProvider.System)));
        services.AddFederatedGrpc(limits);
        services.AddHealthChecks().AddCheck<NodeHealth>("node");
        // The address is known when the first worker can ask for it: the node joins after it listens.
        string TransferAddress() => AddressOf(app!, options).GetLeftPart(UriPartial.Authority);
        services.AddSingleton<NodeEnd>();
        services.AddSingleton(_ => CheckpointsOf(options));
        RunsSettings SettingsOf(IServiceProvider provider) =>
            new(store, provider.GetRequiredService<ICheckpointStore>(), TransferAddress, TimeProvider.System, ProductVersion.Text)
            {
                KeepCheckpoints = options.KeepCheckpoints,
                Fenced = reason => provider.GetRequiredService<NodeEnd>().Begin(HostEnd.Downed, reason),
                JournalDamaged = reason => provider.GetRequiredService<NodeEnd>().Begin(HostEnd.JournalDamaged, reason),
            };
        services.AddAkka(ClusterSettings.SystemName, (akka, provider) => ClusterNode.Configure(akka, provider, options, address.ToString(), () => runs(SettingsOf(provider))));

        app = builder.Build();
        app.MapFederatedGrpc();
        return app;
    }

    private static ICheckpointStore CheckpointsOf(CoordinatorOptions options) =>
        options.Journal is { } postgres ? new PostgresCheckpoints(postgres) : new FolderCheckpoints(Path.Combine(options.StateDir, "checkpoints"));

    private static async Task<ImmutableArray<string>> RememberedAsync(
        WebApplication app, CoordinatorOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await MembersFile.Of(options).ReadAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            app.Services.GetRequiredService<ILogger<CoordinatorHost>>()
                .LogWarning("The addresses of the cluster's members cannot be read; this node may not find its workers: {Reason}", e.Message);
            return [];
        }
    }

    private static Uri AddressOf(WebApplication app, CoordinatorOptions options)
    {
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new UriBuilder(Uri.UriSchemeHttp, options.PublicHost ?? options.Host, options.PublicPort ?? new Uri(bound).Port).Uri;
    }

    private static async Task StopAsync(WebApplication app)
    {
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await app.StopAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Bounded: what is still open is cut by disposing of it.
        }
        await app.DisposeAsync();
    }

    private async Task<HostEnd> CompleteAsync(ActorSystem system)
    {
        await system.WhenTerminated;
        return _end.Kind ?? (Volatile.Read(ref _disposed) == 1 ? HostEnd.Stopped : HostEnd.Downed);
    }
}
