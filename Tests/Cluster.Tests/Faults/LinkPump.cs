using System.Buffers;
using System.Net.Sockets;
using System.Threading.Channels;
using Federated.Core.Randomness;

namespace Federated.Cluster.Tests.Faults;

/// <summary>One direction of a connection: reads pieces, keeps at most a MiB of them, and writes each when its time has come by the fault of that
/// moment.</summary>
/// <param name="connection">The connection that this is a direction of.</param>
/// <param name="from">Where bytes come from.</param>
/// <param name="to">Where they go.</param>
/// <param name="jitter">Draws each piece's share of the jitter.</param>
/// <param name="time">Clock of latency and rate.</param>
/// <param name="tally">Counts the bytes.</param>
internal sealed class LinkPump(LinkConnection connection, Socket from, Socket to, RandomStream jitter, TimeProvider time, ByteTally tally)
{
    private const int PieceBytes = 16 << 10;
    private const int Pieces = 64;

    // A throttled flow leaves in as many parts a second, each at least a byte.
    private const int PartsPerSecond = 20;

    // Timers count whole milliseconds.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly Channel<Piece> _pieces =
        Channel.CreateBounded<Piece>(new BoundedChannelOptions(Pieces) { SingleReader = true, SingleWriter = true });
    private volatile bool _hasHole;
    private int? _rate;
    private long _lineFree;

    /// <summary>Whether bytes or the end of the stream were lost, so that nothing may pass any more.</summary>
    public bool HasHole => _hasHole;

    /// <summary>Reads until the sender has ended the stream.</summary>
    public async Task ReadAsync(CancellationToken ended)
    {
        var kind = PieceKind.Bytes;
        while (kind == PieceKind.Bytes && await _pieces.Writer.WaitToWriteAsync(ended))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
            var count = 0;
            try
            {
                count = await from.ReceiveAsync(buffer.AsMemory(0, PieceBytes), ended);
                if (count == 0) kind = PieceKind.End;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                kind = PieceKind.Broken;
            }
            // The time first: who sees that it was read may move the clock.
            var piece = new Piece(kind, buffer, count, time.GetTimestamp(), jitter.NextDouble());
            tally.Read(count);
            await _pieces.Writer.WriteAsync(piece, ended);
        }
        _pieces.Writer.Complete();
    }

    /// <summary>Writes until what was read has been written or lost, the end of the stream included.</summary>
    public async Task DeliverAsync(CancellationToken ended)
    {
        await foreach (var piece in _pieces.Reader.ReadAllAsync(ended))
        {
            if (piece.Kind == PieceKind.Bytes) await DeliverAsync(piece, ended);
            else if ((await TurnAsync(piece, ended)).Drop) Lose(0);
            else End(piece.Kind);
            ArrayPool<byte>.Shared.Return(piece.Buffer);
        }
    }

    private async Task DeliverAsync(Piece piece, CancellationToken ended)
    {
        for (var at = 0; at < piece.Count;)
        {
            var flow = await TurnAsync(piece, ended);
            if (_rate != flow.BytesPerSecond) (_rate, _lineFree) = (flow.BytesPerSecond, 0);
            var part = _rate is { } rate ? Math.Min(piece.Count - at, Math.Max(1, rate / PartsPerSecond)) : piece.Count - at;
            var leaves = time.GetTimestamp();
            var sent = flow.Drop ? 0 : await SendAsync(piece.Buffer.AsMemory(at, part), ended);
            if (sent == 0)
            {
                Lose(piece.Count - at);
                return;
            }
            at += sent;
            if (_rate is { } limit) _lineFree = Math.Max(_lineFree, leaves) + Stamps(TimeSpan.FromSeconds((double)sent / limit));
        }
    }

    // Waits until the piece may leave or is to be lost. A change of the fault counts for what is here already.
    private async Task<LinkFlow> TurnAsync(Piece piece, CancellationToken ended)
    {
        while (true)
        {
            var changed = connection.Changed;
            var flow = connection.FlowOf(this);
            if (flow.Drop) return flow;
            var due = piece.Arrived + Stamps(flow.Latency + (flow.Jitter * piece.Jitter));
            if (flow.BytesPerSecond == _rate && piece.Kind == PieceKind.Bytes) due = Math.Max(due, _lineFree);
            var left = Until(due);
            if (left <= TimeSpan.Zero && !flow.Stall) return flow;
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ended);
            var timer = Task.Delay(flow.Stall ? Timeout.InfiniteTimeSpan : left < ShortestWait ? ShortestWait : left, time, waiting.Token);
            // A timer counts from when it is set: where the clock has moved on since the look at it, it would be late.
            if (flow.Stall || left - Until(due) < ShortestWait) await Task.WhenAny(changed, timer);
            await waiting.CancelAsync();
            ended.ThrowIfCancellationRequested();
        }
    }

    // None when the receiver is gone.
    private async Task<int> SendAsync(ReadOnlyMemory<byte> part, CancellationToken ended)
    {
        try
        {
            var sent = await to.SendAsync(part, ended);
            tally.Passed(sent);
            return sent;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }

    private void Lose(int bytes)
    {
        _hasHole = true;
        tally.Lost(bytes);
        connection.Lost();
    }

    private void End(PieceKind kind)
    {
        if (kind == PieceKind.Broken)
        {
            connection.Reset();
            return;
        }
        try
        {
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The receiver is gone already; its own direction says so.
        }
    }

    private TimeSpan Until(long due) => time.GetElapsedTime(time.GetTimestamp(), due);

    private long Stamps(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private enum PieceKind
    {
        Bytes,
        End,
        Broken,
    }

    private readonly record struct Piece(PieceKind Kind, byte[] Buffer, int Count, long Arrived, double Jitter);
}
