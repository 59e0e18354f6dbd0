using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Streams;
using Grpc.Net.Client;

namespace Federated.Worker.Grpc;

/// <summary>One gRPC channel for each address that a coordinator gave; calls go to the latest. Thread-safe.</summary>
/// <param name="timeout">Longest single call.</param>
internal sealed class TransferLink(TimeSpan timeout) : ITransfer, IDisposable
{
    // Parts are at most 1 MiB; a step of secure aggregation lists neighbours.
    private const int MaxMessageBytes = 4 << 20;
    private const int WindowBytes = 4 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, GrpcChannel> _channels = new(StringComparer.Ordinal);
    private volatile Clients? _clients;

    private Transfer.TransferClient Client => Connected.Transfer;

    private Clients Connected => _clients ?? throw new InvalidOperationException("No coordinator has given a transfer address yet.");

    /// <summary>True when an address can be connected to.</summary>
    public static bool IsAddress(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.Host.Length > 0;

    public void Connect(string address)
    {
        lock (_gate)
        {
            // Channels of earlier addresses stay: calls on them may still end well, and a coordinator may come back.
            if (!_channels.TryGetValue(address, out var channel)) _channels[address] = channel = Open(address);
            _clients = new(new(channel), new(channel));
        }
    }

    public async Task<Received<ParameterVector>> DownloadAsync(
        string run, ParametersRef parameters, ParameterSchema schema, CancellationToken cancellation)
    {
        using var limit = Limit(cancellation);
        using var call = Client.Download(new DownloadRequest { Run = run, Sha256 = parameters.Sha256 }, cancellationToken: limit.Token);
        return await ParameterReceiver.ReceiveAsync(call.ResponseStream, parameters, schema, limit.Token);
    }

    public async Task<Verdict> UploadAsync(UploadHeader header, ReadOnlyMemory<float> values, CancellationToken cancellation)
    {
        using var limit = Limit(cancellation);
        return await UploadSender.SendAsync(Client, header, values, limit.Token);
    }

    public async Task<Verdict> UploadMaskedAsync(UploadHeader header, ReadOnlyMemory<byte> packed, CancellationToken cancellation)
    {
        using var limit = Limit(cancellation);
        return await UploadSender.SendMaskedAsync(Client, header, packed, limit.Token);
    }

    public IMaskingStream Join(CancellationToken cancellation) => new MaskingStream(Connected.Masking.Join(cancellationToken: cancellation));

    public async Task<Verdict> ReportAsync(TaskReport report, CancellationToken cancellation)
    {
        using var limit = Limit(cancellation);
        return await Client.ReportAsync(report, cancellationToken: limit.Token);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var channel in _channels.Values) channel.Dispose();
            _channels.Clear();
        }
    }

    private CancellationTokenSource Limit(CancellationToken cancellation)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        return limit;
    }

    private static GrpcChannel Open(string address) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        MaxReceiveMessageSize = MaxMessageBytes,
        DisposeHttpClient = true,
        HttpHandler = new SocketsHttpHandler
        {
            // Cleartext HTTP/2 does not pass a web proxy, and one that the environment names is not meant for the cluster.
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = WindowBytes,
            // A peer that vanished without a word is noticed before the call's own limit.
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        },
    });

    private sealed record Clients(Transfer.TransferClient Transfer, Masking.MaskingClient Masking);
}
