using Grpc.Core;

namespace Federated.Coordinator.Grpc;

/// <summary>A stream of requests that is cut when its peer falls silent. Only waiting for the peer counts, not what the caller does between
/// two reads.</summary>
internal sealed class IdleGuard<T> : IAsyncStreamReader<T>, IDisposable
{
    private readonly IAsyncStreamReader<T> _inner;
    private readonly TimeSpan _idle;
    private readonly CancellationTokenSource _cut;
    private readonly ITimer _timer;
    private volatile bool _silent;

    /// <param name="inner">The stream.</param>
    /// <param name="idle">Longest silence.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationTokens">What else ends the stream.</param>
    public IdleGuard(IAsyncStreamReader<T> inner, TimeSpan idle, TimeProvider time, params CancellationToken[] cancellationTokens)
    {
        (_inner, _idle) = (inner, idle);
        _cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationTokens);
        _timer = time.CreateTimer(_ => Cut(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled by any of the given tokens and by silence.</summary>
    public CancellationToken Token => _cut.Token;

    public T Current => _inner.Current;

    /// <exception cref="RpcException">DEADLINE_EXCEEDED: nothing came for too long. CANCELLED: the peer reset the stream.</exception>
    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        _timer.Change(_idle, Timeout.InfiniteTimeSpan);
        try
        {
            return await _inner.MoveNext(cancellationToken);
        }
        catch (Exception e) when (_silent && e is OperationCanceledException or IOException)
        {
            var silence = $"Nothing came for {_idle.TotalSeconds:0.###} s, so the upload was cut; send it again.";
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, silence));
        }
        catch (IOException)
        {
            // The reset stream may be seen here before the call's token is cancelled.
            throw new RpcException(new Status(StatusCode.Cancelled, "The client ended the call."));
        }
        finally
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _cut.Dispose();
    }

    private void Cut()
    {
        _silent = true;
        try
        {
            _cut.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended while the timer fired: there is nothing left to cut.
        }
    }
}
