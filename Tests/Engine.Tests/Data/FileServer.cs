using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Federated.Engine.Tests.Data;

/// <summary>What the server answers: these bytes under the announced length (null for none: the connection's end is the end).</summary>
internal sealed record ServedFile(byte[] Bytes, long? Announced)
{
    public ServedFile(byte[] bytes) : this(bytes, bytes.Length) { }
}

/// <summary>An HTTP/1.1 server on a free port of the loopback that answers as told, also wrongly: a real one would not announce a wrong length.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Task _serving;

    public FileServer(ImmutableDictionary<string, ServedFile> files)
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _serving = ServeAsync(files);
    }

    public Uri Address { get; }

    public IReadOnlyCollection<string> Requests => _requests;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync(ImmutableDictionary<string, ServedFile> files)
    {
        while (true)
        {
            try
            {
                using var connection = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(connection.GetStream(), files);
            }
            catch (IOException)
            {
                // The client hung up, as it shall where the answer is too large.
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream, ImmutableDictionary<string, ServedFile> files)
    {
        var path = await RequestedPathAsync(stream);
        _requests.Enqueue(path);
        var found = files.TryGetValue(path, out var file);
        file ??= new([]);
        var head = new StringBuilder(found ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 404 Not Found\r\n").Append("Connection: close\r\n");
        if (file.Announced is { } length) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
        await stream.WriteAsync(file.Bytes);
    }

    private static async Task<string> RequestedPathAsync(NetworkStream stream)
    {
        var (request, buffer) = (new StringBuilder(), new byte[4096]);
        while (!request.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer) is var count and > 0)
            request.Append(Encoding.ASCII.GetString(buffer, 0, count));
        return request.ToString().Split(' ')[1];
    }
}
