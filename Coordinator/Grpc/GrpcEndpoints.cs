using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Federated.Coordinator.Grpc;

/// <summary>What the single port serves.</summary>
internal static class GrpcEndpoints
{
    // Parts of tensors have at most 1 MiB, jobs too; an initialise task's header lists clients and tensors.
    private const int MaxMessageBytes = 4 << 20;
    private const int MaxStreams = 64;
    private const int StreamWindow = 1 << 20;

    /// <summary>Registers the services. <see cref="RunsGate"/>, ParameterStore and TimeProvider are the caller's to register.</summary>
    public static IServiceCollection AddFederatedGrpc(this IServiceCollection services, TransferLimits limits)
    {
        services.AddSingleton(limits);
        services.AddSingleton<UploadSlots>();
        services.AddSingleton<TransferService>();
        services.AddSingleton<RunsService>();
        services.AddSingleton<MaskingService>();
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = MaxMessageBytes;
            grpc.Interceptors.Add<StatusInterceptor>();
        });
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks();
        return services;
    }

    public static void MapFederatedGrpc(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<TransferService>();
        endpoints.MapGrpcService<RunsService>();
        endpoints.MapGrpcService<MaskingService>();
        endpoints.MapGrpcHealthChecksService();
        endpoints.MapGrpcReflectionService();
    }

    public static void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;
        // What may be under way is rate times round trip: 1 MiB feeds 280 Mbit/s a stream at 30 ms. The connection's window is the sum of its
        // streams', so that uploads which wait for a slot, unread, can never hold up the one that has it.
        kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreams;
        kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindow;
        kestrel.Limits.Http2.InitialConnectionWindowSize = MaxStreams * StreamWindow;
        // Finds peers that vanished without a word, so that their streams end.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }
}
