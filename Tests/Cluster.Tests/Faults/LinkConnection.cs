using System.Net;
using System.Net.Sockets;
using Federated.Core.Randomness;

namespace Federated.Cluster.Tests.Faults;

/// <summary>One connection through a <see cref="LinkProxy"/>. One that has lost bytes, an end of stream or a side is reset as soon as its fault
/// would let it go on: TCP never delivers a stream with a hole. Thread-safe.</summary>
internal sealed class LinkConnection
{
    private static readonly LinkFlow Swallowed = new() { Drop = true };

    private readonly Lock _lock = new();
    private readonly Socket _client;
    private readonly Socket _target;
    private readonly Action _wasReset;
    private readonly Signal _changed = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly LinkPump _up, _down;
    private volatile LinkFault _fault = LinkFault.None;
    private bool _isHalf;
    private bool _isOver;

    public LinkConnection(Socket client, Socket target, ulong seed, TimeProvider time, (ByteTally Up, ByteTally Down) tally, Action wasReset)
    {
        (_client, _target, _wasReset) = (client, target, wasReset);
        ClientPort = ((IPEndPoint)client.RemoteEndPoint!).Port;
        _up = new(this, client, target, new RandomStream(SeedTree.Derive(seed, "up")), time, tally.Up);
        _down = new(this, target, client, new RandomStream(SeedTree.Derive(seed, "down")), time, tally.Down);
    }

    /// <summary>The port that the client connected from.</summary>
    public int ClientPort { get; }

    /// <summary>Completes at the next change of the fault.</summary>
    public Task Changed => _changed.Next;

    private bool IsTorn =>
        _fault.Cut is not (LinkCut.CloseTarget or LinkCut.CloseClient)
        && (_isHalf || (_up.HasHole && !FlowOf(_up).Drop) || (_down.HasHole && !FlowOf(_down).Drop));

    /// <summary>What happens to the bytes of a direction now.</summary>
    public LinkFlow FlowOf(LinkPump pump) => _fault switch
    {
        { Cut: LinkCut.CloseTarget or LinkCut.CloseClient } => Swallowed,
        var fault => pump == _up ? fault.Up : fault.Down,
    };

    /// <summary>From now on this happens to the connection alone, until the next fault of the link or of the connection.</summary>
    public void Set(LinkFault fault)
    {
        lock (_lock)
        {
            if (_isOver) return;
            _fault = fault;
            if (fault.Cut == LinkCut.CloseTarget) _isHalf = Close(_target);
            else if (fault.Cut == LinkCut.CloseClient) _isHalf = Close(_client);
            else if (fault.Cut == LinkCut.Reset || IsTorn) Reset();
        }
        _changed.Set();
    }

    /// <summary>Sends an RST to both sides.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            if (_isOver) return;
            _isOver = true;
            Abort(_client);
            Abort(_target);
        }
        _wasReset();
        _ = _ended.CancelAsync();
    }

    /// <summary>One of the directions has lost something.</summary>
    public void Lost()
    {
        lock (_lock)
        {
            if (IsTorn) Reset();
        }
    }

    /// <summary>Carries bytes until both directions have ended or the connection is reset.</summary>
    public async Task RunAsync()
    {
        var ended = _ended.Token;
        try
        {
            Task[] parts = [_up.ReadAsync(ended), _up.DeliverAsync(ended), _down.ReadAsync(ended), _down.DeliverAsync(ended)];
            await Task.WhenAll(parts.Select(ResetIfItFailsAsync));
            // What was lost has told neither side that the other one is gone.
            if (_isHalf || _up.HasHole || _down.HasHole) await Task.Delay(Timeout.InfiniteTimeSpan, ended);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Reset.
        }
        lock (_lock)
        {
            if (_isOver) return;
            _isOver = true;
            _client.Dispose();
            _target.Dispose();
        }
    }

    /// <summary>Sends an RST to one peer.</summary>
    public static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already, or its peer has gone.
        }
        socket.Close(0);
    }

    private async Task ResetIfItFailsAsync(Task part)
    {
        try
        {
            await part;
        }
        catch
        {
            Reset();
            throw;
        }
    }

    private static bool Close(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already, or its peer has gone.
        }
        socket.Dispose();
        return true;
    }
}
