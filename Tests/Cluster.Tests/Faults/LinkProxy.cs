using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Federated.Core.Randomness;

namespace Federated.Cluster.Tests.Faults;

/// <summary>A TCP link of its own on the loopback interface, whose faults are chosen at any time. Establishing a connection is the kernel's and
/// always works, unless connections are refused: a black hole begins with the first byte. Holds at most a MiB a direction of a connection.
/// Thread-safe.</summary>
internal sealed class LinkProxy : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly ulong _seed;
    private readonly TimeProvider _time;
    private readonly Signal _changed = new();
    private readonly ByteTally _up, _down;
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<LinkConnection> _connections = [];
    private readonly HashSet<Task> _tasks = [];
    private LinkFault _fault = LinkFault.None;
    private Func<LinkConnection, bool> _concerns = _ => true;
    private Socket _listener;
    private int _accepted, _opened, _resets, _unreachable;
    private volatile int _target;

    private LinkProxy(int target, ulong seed, TimeProvider time)
    {
        (_target, _seed, _time, _up, _down) = (target, seed, time, new(_changed), new(_changed));
        _listener = Bind(0);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        Listen();
    }

    /// <summary>Where the proxy listens on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Port on 127.0.0.1 that new connections go to; 0, like one that nobody listens on, resets them.</summary>
    public int Target
    {
        get => _target;
        set => _target = value;
    }

    /// <summary>What the link has done so far.</summary>
    public LinkCounts Counts
    {
        get
        {
            lock (_lock) return new(_accepted, _opened, _connections.Count, Volatile.Read(ref _resets), _unreachable, _up.Now, _down.Now);
        }
    }

    /// <summary>The connections that are there now, in no order.</summary>
    public IReadOnlyList<LinkConnection> Connections
    {
        get
        {
            lock (_lock) return [.. _connections];
        }
    }

    /// <summary>Starts a link without faults.</summary>
    /// <param name="target">See <see cref="Target"/>.</param>
    /// <param name="seed">Decides the jitter of each connection.</param>
    /// <param name="time">Clock of latency and rate; the system's by default.</param>
    public static LinkProxy Start(int target = 0, ulong seed = 0, TimeProvider? time = null) => new(target, seed, time ?? TimeProvider.System);

    /// <summary>From now on this happens to every connection, those that are there and new ones.</summary>
    public void Set(LinkFault fault) => Set(fault, _ => true);

    /// <summary>From now on this happens to some connections, those that are there and new ones; the others have no fault.</summary>
    /// <param name="fault">What happens; refusal concerns all new ones.</param>
    /// <param name="concerns">Whether it happens to a connection; asked once for each.</param>
    public void Set(LinkFault fault, Func<LinkConnection, bool> concerns)
    {
        lock (_lock)
        {
            var refused = _fault.Refuse;
            (_fault, _concerns) = (fault, concerns);
            if (fault.Refuse && !refused) Refuse();
            else if (!fault.Refuse && refused) Listen();
            foreach (var connection in Connections) connection.Set(FaultOf(connection));
        }
    }

    /// <summary>From now on this happens to the connections that are there; new ones have the link's fault. With <see cref="LinkFault.Reset"/> it
    /// cuts them once.</summary>
    public void SetLive(LinkFault fault)
    {
        foreach (var connection in Connections) connection.Set(fault);
    }

    /// <summary>The link is as good as new; connections that have lost something are reset.</summary>
    public void Heal() => Set(LinkFault.None);

    /// <summary>Waits until a condition on <see cref="Counts"/> holds.</summary>
    public Task UntilAsync(Func<LinkCounts, bool> condition) => _changed.UntilAsync(() => condition(Counts), () => Counts.ToString());

    public async ValueTask DisposeAsync()
    {
        Task[] tasks;
        lock (_lock)
        {
            _listener.Dispose();
            _stop.Cancel();
            SetLive(LinkFault.Reset);
            tasks = [.. _tasks];
        }
        await Task.WhenAll(tasks);
        _stop.Dispose();
    }

    private LinkFault FaultOf(LinkConnection connection) => _concerns(connection) ? _fault : LinkFault.None;

    private static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    private void Listen()
    {
        _listener.Listen();
        Track(AcceptAsync(_listener));
    }

    // A socket that is bound and does not listen keeps the port and has the kernel refuse connections.
    private void Refuse()
    {
        _listener.Dispose();
        _listener = Bind(Port);
    }

    // A task that failed stays, for the disposal to throw its error.
    private void Track(Task task)
    {
        lock (_lock)
        {
            _tasks.RemoveWhere(earlier => earlier.IsCompletedSuccessfully);
            _tasks.Add(task);
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                var client = await listener.AcceptAsync(_stop.Token);
                Track(ServeAsync(client, Interlocked.Increment(ref _accepted)));
                _changed.Set();
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // It left before it was accepted.
            }
            catch (Exception e) when (
                e is ObjectDisposedException or OperationCanceledException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client, int number)
    {
        var target = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await target.ConnectAsync(IPAddress.Loopback, Target, _stop.Token);
        }
        catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException or OperationCanceledException)
        {
            target.Dispose();
            LinkConnection.Abort(client);
            lock (_lock) _unreachable++;
            WasReset();
            return;
        }
        var seed = SeedTree.Derive(_seed, "jitter", client: number.ToString(CultureInfo.InvariantCulture));
        var connection = new LinkConnection(client, target, seed, _time, (_up, _down), WasReset);
        lock (_lock)
        {
            _connections.Add(connection);
            _opened++;
            connection.Set(_stop.IsCancellationRequested ? LinkFault.Reset : FaultOf(connection));
        }
        _changed.Set();
        await connection.RunAsync();
        lock (_lock) _connections.Remove(connection);
        _changed.Set();
    }

    private void WasReset()
    {
        Interlocked.Increment(ref _resets);
        _changed.Set();
    }
}
