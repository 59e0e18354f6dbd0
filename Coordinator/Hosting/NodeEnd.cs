using Akka.Actor;

namespace Federated.Coordinator.Hosting;

/// <summary>How a node that must not go on leaves its cluster. Thread-safe; the first reason counts.</summary>
internal sealed class NodeEnd(IServiceProvider services)
{
    private readonly Lock _lock = new();

    /// <value>Null while nothing has made the node end by itself.</value>
    public HostEnd? Kind { get; private set; }

    /// <value>"" while nothing has.</value>
    public string Reason { get; private set; } = "";

    public void Begin(HostEnd kind, string reason)
    {
        lock (_lock)
        {
            if (Kind is not null) return;
            (Kind, Reason) = (kind, reason);
        }
        _ = CoordinatedShutdown.Get(services.GetRequiredService<ActorSystem>()).Run(CoordinatedShutdown.ClusterDowningReason.Instance);
    }
}
