using System.Net;
using System.Net.Sockets;

namespace Federated.Cluster.Tests.Faults;

/// <summary>Ports on 127.0.0.1 for processes that need the same ones after a restart. A port is held by a socket that is bound and does not listen,
/// so that connections to it are refused, and is let go right before a process binds it. In between somebody else may take it: the process then ends
/// with <see cref="Core.ExitCodes.AddressInUse"/>, and its supervisor starts it again. Thread-safe.</summary>
internal sealed class ReservedPorts : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Socket?> _ports = [];

    /// <summary>A free port that was not handed out before; held.</summary>
    public int Take()
    {
        lock (_lock)
        {
            while (true)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
                if (_ports.TryAdd(port, socket)) return port;
                // Let go for a process that has not bound it yet.
                socket.Dispose();
            }
        }
    }

    /// <summary>Lets a port go for the process that is started next.</summary>
    /// <exception cref="ArgumentException">The port is none of these.</exception>
    public void Release(int port)
    {
        lock (_lock)
        {
            Find(port)?.Dispose();
            _ports[port] = null;
        }
    }

    /// <summary>Holds a port again whose process has ended.</summary>
    /// <returns>False when somebody has it.</returns>
    /// <exception cref="ArgumentException">The port is none of these.</exception>
    public bool TryHold(int port)
    {
        lock (_lock)
        {
            if (Find(port) is not null) return true;
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                _ports[port] = socket;
                return true;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                socket.Dispose();
                return false;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var socket in _ports.Values) socket?.Dispose();
            _ports.Clear();
        }
    }

    private Socket? Find(int port) =>
        _ports.TryGetValue(port, out var socket) ? socket : throw new ArgumentException($"Port {port} was not taken here.", nameof(port));
}
