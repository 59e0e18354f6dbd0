using Akka.Actor;
using Federated.V1;
using Federated.Wire;

namespace Federated.Coordinator.Grpc;

/// <summary>Where the node is that owns the runs, for callers of one that does not. Asks over the cluster, once for all who want to know within a
/// second. Thread-safe.</summary>
/// <param name="proxy">Finds the way to the singleton wherever it is.</param>
/// <param name="time">The clock.</param>
internal sealed class ActiveNode(Func<IActorRef> proxy, TimeProvider time)
{
    // While nobody owns the runs there is no answer, and the caller had better ask again than wait.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private readonly object _lock = new();
    private Task<Uri?>? _answer;
    private long _asked;

    /// <summary>The URL of its gRPC services; null when no node said so in time.</summary>
    public Task<Uri?> FindAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_answer is null || time.GetElapsedTime(_asked) >= Fresh) (_answer, _asked) = (AskAsync(), time.GetTimestamp());
            return _answer.WaitAsync(cancellationToken);
        }
    }

    private async Task<Uri?> AskAsync()
    {
        try
        {
            return ActiveTrailer.Parse((await proxy().Ask<Located>(new Locate(), Patience)).Address);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }
}
