using System.Collections.Concurrent;
using System.Net;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Streams;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Status = Grpc.Core.Status;

namespace Federated.Worker.Tests.Fakes;

/// <summary>A real gRPC server on loopback with one set of parameters; uploads and reports are kept. The first calls may fail or be spoilt.</summary>
internal sealed class TransferServer : Transfer.TransferBase, IAsyncDisposable
{
    private WebApplication _app = null!;
    private int _unavailable;
    private int _corrupt;

    public string Address { get; private set; } = "";

    public ParameterVector Parameters { get; init; } = new(FakeEngine.TheSchema, [1f, 2f, 3f, 4f]);

    public Verdict Verdict { get; init; } = new();

    /// <summary>Uploads that fail before one is taken.</summary>
    public int Unavailable { init => _unavailable = value; }

    /// <summary>Downloads that carry other values before one is right.</summary>
    public int Corrupt { init => _corrupt = value; }

    public int Downloads;

    public ConcurrentQueue<(UploadHeader Header, float[] Values)> Uploads { get; } = new();

    public ConcurrentQueue<TaskReport> Reports { get; } = new();

    /// <summary>Ends when an upload or a report has been answered.</summary>
    public TaskCompletionSource Delivered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One more for every upload.</summary>
    public SemaphoreSlim Arrived { get; } = new(0);

    public async Task<TransferServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        _app = builder.Build();
        _app.MapGrpcService<TransferServer>();
        await _app.StartAsync();
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return this;
    }

    public override Task Download(DownloadRequest request, IServerStreamWriter<DownloadPart> responseStream, ServerCallContext context)
    {
        Interlocked.Increment(ref Downloads);
        if (request.Sha256 != Parameters.Hash) throw new RpcException(new Status(StatusCode.NotFound, "Retired."));
        var spoilt = Interlocked.Decrement(ref _corrupt) >= 0;
        var parameters = spoilt ? new ParameterVector(Parameters.Schema, new float[Parameters.Schema.Count]) : Parameters;
        return ParameterSender.SendAsync(responseStream, parameters, context.CancellationToken);
    }

    public override async Task<Verdict> Upload(IAsyncStreamReader<UploadPart> requestStream, ServerCallContext context)
    {
        if (Interlocked.Decrement(ref _unavailable) >= 0) throw new RpcException(new Status(StatusCode.Unavailable, "Try again."));
        var reader = new UploadReader(requestStream, new UploadLimits(1 << 20));
        var (header, refusal) = await reader.ReadHeaderAsync(context.CancellationToken);
        if (header is null) return refusal!.ToVerdict();
        var values = new float[Parameters.Schema.Count];
        if (header.Initialised is not null)
        {
            var (initial, wrong) = await reader.ReadInitialAsync(header, context.CancellationToken);
            if (initial is null) return wrong!.ToVerdict();
            values = initial.Values.ToArray();
        }
        else if (await reader.ReadUpdateAsync(header, Parameters.Schema, values, context.CancellationToken) is { } wrong)
        {
            return wrong.ToVerdict();
        }
        Uploads.Enqueue((header, values));
        Arrived.Release();
        Delivered.TrySetResult();
        return Verdict;
    }

    public override Task<Verdict> Report(TaskReport request, ServerCallContext context)
    {
        Reports.Enqueue(request);
        Delivered.TrySetResult();
        return Task.FromResult(Verdict);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
