using Federated.V1;
using Grpc.Net.Client;

namespace Federated.Cli.Client;

/// <summary>One address of a coordinator, and the channel to it. Connects when it is first asked. Safe for concurrent use.</summary>
internal sealed class CoordinatorNode : IDisposable
{
    private readonly GrpcChannel _channel;

    public CoordinatorNode(Uri address)
    {
        Address = address;
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(5),
                // A run may be watched for days through routers that forget silent connections.
                KeepAlivePingDelay = TimeSpan.FromSeconds(30),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
                EnableMultipleHttp2Connections = true,
                // Proxies do not speak HTTP/2 without TLS.
                UseProxy = address.Scheme == Uri.UriSchemeHttps,
            },
            // Who waits for a coordinator that is away spaces the attempts; each of them is to be a real one.
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(100),
            MaxReconnectBackoff = TimeSpan.FromMilliseconds(250),
            // The rounds of a long run come in one message.
            MaxReceiveMessageSize = 256 << 20,
        });
        Runs = new Runs.RunsClient(_channel);
    }

    public Uri Address { get; }

    public Runs.RunsClient Runs { get; }

    public void Dispose() => _channel.Dispose();
}
