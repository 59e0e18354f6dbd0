using System.Collections.Concurrent;
using System.Threading.Channels;
using Akka.Actor;
using Federated.Coordinator.Grpc;
using Federated.Coordinator.Storage;
using Federated.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Federated.Coordinator.Tests.Grpc;

/// <summary>The services on a real Kestrel and a real client, in front of a <see cref="FakeRuns"/>.</summary>
internal sealed class GrpcServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ActorSystem _system;
    private readonly Channel<object> _told;

    private GrpcServer(WebApplication app, ActorSystem system, IActorRef runs, Channel<object> told, Log log)
    {
        (_app, _system, Runs, _told, Logged) = (app, system, runs, told, log);
        Channel = GrpcChannel.ForAddress(app.Urls.Single());
        Transfer = new(Channel);
        Api = new(Channel);
    }

    public GrpcChannel Channel { get; }

    public Transfer.TransferClient Transfer { get; }

    public Runs.RunsClient Api { get; }

    public IActorRef Runs { get; }

    /// <summary>Errors that the server wrote to its log.</summary>
    public Log Logged { get; }

    public ParameterStore Store => _app.Services.GetRequiredService<ParameterStore>();

    public UploadSlots Slots => _app.Services.GetRequiredService<UploadSlots>();

    /// <param name="answer">What the actor answers.</param>
    /// <param name="limits">What is granted.</param>
    /// <param name="active">False: the actor is on another node, which the services may only ask where it is.</param>
    /// <param name="time">The clock.</param>
    public static async Task<GrpcServer> StartAsync(Func<object, object?> answer, TransferLimits? limits = null, bool active = true, TimeProvider? time = null)
    {
        limits ??= new TransferLimits(MaxModelBytes: 64 << 20, ConcurrentUploads: 2);
        var system = ActorSystem.Create("grpc-tests", "akka { loglevel = OFF, stdout-loglevel = OFF }");
        var told = System.Threading.Channels.Channel.CreateUnbounded<object>();
        var runs = system.ActorOf(Props.Create(() => new FakeRuns(answer, told.Writer)));
        var log = new Log();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddProvider(log);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            GrpcEndpoints.Configure(kestrel);
            kestrel.ListenLocalhostAnyPort();
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton<ParameterStore>();
        builder.Services.AddSingleton(new RunsGate(cancel => active ? Task.FromResult(runs) : RunsGate.FindLocalAsync(system, "runs", cancel), limits.Ask,
            new ActiveNode(() => runs, time ?? TimeProvider.System)));
        builder.Services.AddFederatedGrpc(limits);
        var app = builder.Build();
        app.MapFederatedGrpc();
        await app.StartAsync();
        return new(app, system, runs, told, log);
    }

    /// <summary>The next message of this type that the actor was told; others before it are skipped.</summary>
    public async Task<T> ToldAsync<T>()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
            if (await _told.Reader.ReadAsync(limit.Token) is T message)
                return message;
    }

    /// <summary>Everything that the actor was told so far.</summary>
    public IReadOnlyList<object> ToldSoFar()
    {
        var messages = new List<object>();
        while (_told.Reader.TryRead(out var message)) messages.Add(message);
        return messages;
    }

    public Task StopAsync() => _app.StopAsync();

    public static async Task EventuallyAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition()) await Task.Delay(5, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.DisposeAsync();
        await _system.Terminate();
    }

    internal sealed class Log : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error) Errors.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}

internal static class KestrelTestExtensions
{
    public static void ListenLocalhostAnyPort(this KestrelServerOptions kestrel) =>
        kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
}
