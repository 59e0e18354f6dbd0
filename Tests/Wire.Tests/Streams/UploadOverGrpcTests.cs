using Federated.V1;
using Federated.Wire.Streams;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Federated.Wire.Tests.Streams;

/// <summary>Sender and reader over a real HTTP/2 connection on loopback.</summary>
public sealed class UploadOverGrpcTests : IAsyncLifetime
{
    private const int Count = 1_000_003;
    private static readonly Core.Parameters.ParameterSchema Schema = new([new("w", [Count])]);
    private readonly Answers _answers = new();
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(1));
    private WebApplication _server = null!;
    private GrpcChannel _channel = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(_answers);
        _server = builder.Build();
        _server.MapGrpcService<TransferStandIn>();
        await _server.StartAsync();
        _channel = GrpcChannel.ForAddress(_server.Urls.First());
    }

    public async Task DisposeAsync()
    {
        _patience.Dispose();
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task An_update_arrives_bit_for_bit_and_the_callers_header_is_left_alone()
    {
        var values = Enumerable.Range(0, Count).Select(i => 1f / (i + 1)).ToArray();
        var received = new float[Count];
        _answers.Upload = async (parts, context) =>
        {
            var reader = new UploadReader(parts, new UploadLimits(1 << 30));
            var (header, refusal) = await reader.ReadHeaderAsync(context.CancellationToken);
            refusal ??= await reader.ReadUpdateAsync(header!, Schema, received, context.CancellationToken);
            return refusal?.ToVerdict() ?? new Verdict { Detail = $"{reader.PayloadBytes}" };
        };
        var header = new UploadHeader(UploadScript.Header()) { SchemaHash = Schema.Hash, Count = 5, PayloadBytes = 6, Encoding = "?" };

        var verdict = await UploadSender.SendAsync(Client, header, values, _patience.Token);

        Assert.Equal(Refusal.Unspecified, verdict.Refused);
        Assert.Equal($"{4 * Count}", verdict.Detail);
        Assert.True(values.AsSpan().SequenceEqual(received));
        Assert.Equal((5UL, "?"), (header.Count, header.Encoding));
    }

    [Fact]
    public async Task A_verdict_that_comes_before_the_values_were_sent_is_returned()
    {
        _answers.Upload = async (parts, _) =>
        {
            await parts.MoveNext();
            return new Verdict { Refused = Refusal.RoundClosed, Detail = "Too late." };
        };

        for (var i = 0; i < 10; i++)
        {
            var verdict = await UploadSender.SendAsync(Client, UploadScript.Header(), new float[4 * Count], _patience.Token);
            Assert.Equal((Refusal.RoundClosed, "Too late."), (verdict.Refused, verdict.Detail));
        }
    }

    [Fact]
    public async Task An_error_of_the_service_is_thrown_with_its_status()
    {
        _answers.Upload = (_, _) => throw new RpcException(new Status(StatusCode.ResourceExhausted, "busy"));

        var error = await Assert.ThrowsAsync<RpcException>(() => UploadSender.SendAsync(Client, UploadScript.Header(), new float[Count], _patience.Token));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task Cancellation_ends_an_upload_that_nobody_reads()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(_patience.Token);
        _answers.Upload = async (_, context) =>
        {
            await cancellation.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new Verdict();
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => UploadSender.SendAsync(Client, UploadScript.Header(), new float[Count], cancellation.Token));
    }

    private Transfer.TransferClient Client => new(_channel);

    private sealed class Answers
    {
        public Func<IAsyncStreamReader<UploadPart>, ServerCallContext, Task<Verdict>> Upload { get; set; } = (_, _) => Task.FromResult(new Verdict());
    }

    private sealed class TransferStandIn(Answers answers) : Transfer.TransferBase
    {
        public override Task<Verdict> Upload(IAsyncStreamReader<UploadPart> requestStream, ServerCallContext context) => answers.Upload(requestStream, context);
    }
}
